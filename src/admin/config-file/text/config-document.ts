// Parses a configuration file, a subset of YAML, and reports errors with their lines.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml'
import { configFile, type ConfigFile } from '../../../contract/config-file.ts'
import type { FieldError } from '../../../contract/problem.ts'
import { gatewayError, type GatewayError } from '../../../core/gateway-error.ts'
import { checkInput } from '../../http/validate-input.ts'

/** Endpoints, incoming blocks and client tokens together. */
const MAX_OBJECTS = 20_000
const MAX_IN_DETAIL = 3
// Bounds the response to a file with an error in every line.
const MAX_ERRORS = 1000

/** @param errors - at least one. */
export function configFileError(errors: readonly FieldError[]): GatewayError {
  const named = errors
    .slice(0, MAX_IN_DETAIL)
    .map(({ pointer, detail, line }) => `Line ${line ?? 1}${pointer && ` (${pointer})`}: ${detail}`)
  const more = errors.length - named.length
  const detail = [...named, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
  return gatewayError('LB_ERR_VALIDATION', detail, { errors })
}

const steps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

const hasName = (node: unknown, name: string): boolean => isScalar(node) && String(node.value) === name

/** @returns the offset of the key or item that the pointer refers to, or of its closest ancestor in the file. */
function offsetOf(document: Document.Parsed, pointer: string): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? 0
  for (const step of steps(pointer)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => hasName(key, step))
      if (!isScalar(pair?.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      const { range } = (node ?? {}) as { range?: [number, number, number] | null }
      offset = range?.[0] ?? offset
    } else break
  }
  return offset
}

/** Finds duplicate keys (the parser's own check is slow) and aliases, which YAML allows and a configuration does not. */
function disallowedParts(document: Document.Parsed): { offset: number; detail: string }[] {
  const found: { offset: number; detail: string }[] = []
  visit(document, {
    Alias: (_key, node) => void found.push({ offset: node.range?.[0] ?? 0, detail: 'Takes no aliases.' }),
    Map(_key, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (seen.has(name)) found.push({ offset: key.range?.[0] ?? 0, detail: `Repeats the key '${name}'.` })
        seen.add(name)
      }
    },
  })
  return found
}

function parse(text: string, lines: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: false,
      logLevel: 'error',
    })
  } catch {
    throw configFileError([{ pointer: '', detail: 'Is not YAML that can be read.', line: 1 }])
  }
}

const lineOf = (lines: LineCounter, offset: number): number => Math.max(1, lines.linePos(offset).line)

/** @returns the errors with the lines that their JSON pointers refer to. @param text - of a file that can be read. */
export function locateErrors(text: string, errors: readonly FieldError[]): FieldError[] {
  const lines = new LineCounter()
  const document = parse(text, lines)
  return errors.map((error) => ({ ...error, line: lineOf(lines, offsetOf(document, error.pointer)) }))
}

function checkNumber(content: unknown): void {
  const sections = content as Partial<Record<keyof ConfigFile, unknown>>
  const counted = [sections.endpoints, sections.incoming_blocks, sections.client_tokens]
  const objects = counted.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
  if (objects > MAX_OBJECTS)
    throw configFileError([
      { pointer: '', detail: `Holds ${objects} objects; a file takes at most ${MAX_OBJECTS}.`, line: 1 },
    ])
}

/** Throws LB_ERR_VALIDATION with the pointer and line of each error. No message repeats a value. */
export function readConfigDocument(text: string): ConfigFile {
  const lines = new LineCounter()
  const document = parse(text, lines)
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ pos, code }) => ({
      offset: pos[0],
      // The parser's own messages quote the file, which may hold a secret.
      detail: `Is not plain YAML (${code.toLowerCase().replaceAll('_', ' ')}).`,
    })),
    ...(document.errors.length === 0 ? disallowedParts(document) : []),
  ].slice(0, MAX_ERRORS)
  if (problems.length > 0)
    throw configFileError(
      problems.map(({ offset, detail }) => ({ pointer: '', detail, line: lineOf(lines, offset) })),
    )
  // An empty file, or one with comments only, has no section.
  const content: unknown = document.toJS({ maxAliasCount: 0 }) ?? {}
  checkNumber(content)
  const result = checkInput(configFile, content)
  if ('data' in result) return result.data
  throw configFileError(
    result.errors.map((error) => ({ ...error, line: lineOf(lines, offsetOf(document, error.pointer)) })),
  )
}
