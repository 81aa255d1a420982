// Parses a configuration file, a subset of YAML, and reports errors with their lines.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml'
import { configFile, type ConfigFile } from '../../contract/config-file.ts'
import type { FieldError } from '../../contract/problem.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { checkInput } from '../http/validate-input.ts'

export interface ConfigDocument {
  readonly file: ConfigFile
  /** An error with the line that the JSON pointer refers to. */
  errorAt(pointer: string, detail: string): FieldError
}

const MAX_IN_DETAIL = 3

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

/** Throws LB_ERR_VALIDATION with the pointer and line of each error. No message repeats a value. */
export function readConfigDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const document = parse(text, lines)
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ pos, code }) => ({
      offset: pos[0],
      // The parser's own messages quote the file, which may hold a secret.
      detail: `Is not plain YAML (${code.toLowerCase().replaceAll('_', ' ')}).`,
    })),
    ...(document.errors.length === 0 ? disallowedParts(document) : []),
  ]
  if (problems.length > 0)
    throw configFileError(
      problems.map(({ offset, detail }) => ({ pointer: '', detail, line: lineOf(offset) })),
    )
  const errorAt = (pointer: string, detail: string): FieldError => ({
    pointer,
    detail,
    line: lineOf(offsetOf(document, pointer)),
  })
  // An empty file, or one with comments only, has no section.
  const result = checkInput(configFile, document.toJS({ maxAliasCount: 0 }) ?? {})
  if ('data' in result) return { file: result.data, errorAt }
  throw configFileError(result.errors.map(({ pointer, detail }) => errorAt(pointer, detail)))
}
