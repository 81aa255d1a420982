// Parses a request's body once: checks the members that the balancer relies on and finds those it may have to edit.
import { isUtf8 } from 'node:buffer'
import { gatewayError } from '../../core/gateway-error.ts'
import { describeFault } from '../json/json-fault.ts'
import { countMembers, listMembers, type Member } from '../json/json-members.ts'
import { OPEN_BRACE } from '../json/json-scan.ts'

export interface PreparedBody {
  /** The client's own bytes. */
  readonly bytes: Buffer
  readonly model: string | undefined
  readonly stream: boolean
  /** Whether the client itself set stream_options.include_usage to anything but false or null. */
  readonly asksUsage: boolean
  /** The most tokens that the response may have, over all its choices. */
  readonly maxTokens: number | undefined
  /** Whether the client set a `priority` of its own. */
  readonly hasPriority: boolean
  /** Where the body may have to be edited; undefined where that has not been computed. */
  readonly edits: EditPoints | undefined
}

/** The byte ranges that spliceBody edits. */
export interface EditPoints {
  /** The index after the body's opening brace. */
  readonly insertAt: number
  readonly isEmpty: boolean
  readonly priority: Member | undefined
  readonly streamOptions: Member | undefined
  readonly includeUsage: Member | undefined
}

const readKeys: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'stream_options',
  'priority',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'n',
])

function parse(bytes: Buffer): Record<string, unknown> {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw gatewayError('LB_ERR_INVALID_BODY', 'The body begins with a byte order mark; send plain UTF-8.')
  }
  if (!isUtf8(bytes)) throw gatewayError('LB_ERR_INVALID_BODY', 'The body is not valid UTF-8.')
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const where = describeFault(text, error)
    throw gatewayError('LB_ERR_INVALID_JSON', `The body is not valid JSON${where ? ` (${where})` : ''}.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw gatewayError('LB_ERR_INVALID_BODY', 'The body must be a JSON object.')
  }
  return value as Record<string, unknown>
}

/**
 * Finds the member of each key.
 * @throws gatewayError LB_ERR_DUPLICATE_KEY: servers differ in which of two equal keys they read.
 */
function findUnique(bytes: Buffer, keys: ReadonlySet<string>, within?: Member) {
  const layout = listMembers(bytes, within?.valueStart, within?.valueEnd)
  const found = new Map<string, Member>()
  for (const member of layout?.members ?? []) {
    if (!keys.has(member.key)) continue
    if (found.has(member.key)) {
      const detail = `The body has the key "${member.key}" more than once.`
      throw gatewayError('LB_ERR_DUPLICATE_KEY', detail, { param: member.key })
    }
    found.set(member.key, member)
  }
  return { found, insertAt: layout?.insertAt ?? 0, isEmpty: (layout?.members.length ?? 0) === 0 }
}

function bad(param: string, detail: string): Error {
  return gatewayError('LB_ERR_BAD_REQUEST', detail, { param })
}

const tokenCount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

function readMaxTokens(body: Record<string, unknown>): number | undefined {
  const perChoice = tokenCount(body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens)
  return perChoice === undefined ? undefined : perChoice * (tokenCount(body.n) ?? 1)
}

const includeUsageKey: ReadonlySet<string> = new Set(['include_usage'])

/**
 * Finds the byte ranges where a body may have to be edited.
 * @param bytes - valid JSON of an object.
 * @throws gatewayError LB_ERR_DUPLICATE_KEY.
 */
export function findEdits(bytes: Buffer): EditPoints {
  const { found, insertAt, isEmpty } = findUnique(bytes, readKeys)
  const streamOptions = found.get('stream_options')
  const includeUsage =
    streamOptions && bytes[streamOptions.valueStart] === OPEN_BRACE
      ? findUnique(bytes, includeUsageKey, streamOptions).found.get('include_usage')
      : undefined
  return { insertAt, isEmpty, priority: found.get('priority'), streamOptions, includeUsage }
}

/**
 * Parses and checks a body. Members that the balancer does not read are left to the upstream.
 * @throws gatewayError, all of status 400: LB_ERR_INVALID_BODY (byte order mark, not UTF-8, not an object),
 * LB_ERR_INVALID_JSON, LB_ERR_DUPLICATE_KEY, LB_ERR_BAD_REQUEST (wrong type). No message quotes the body.
 */
export function prepareBody(bytes: Buffer): PreparedBody {
  const body = parse(bytes)
  const { model, stream, stream_options: options } = body
  // With as many members as keys there is no duplicate, so that the ranges can be computed later, if at all.
  const isPlain = options === undefined && countMembers(bytes) === Object.keys(body).length
  const edits = isPlain ? undefined : findEdits(bytes)
  if (model != null && typeof model !== 'string') throw bad('model', 'model must be a string.')
  if (stream != null && typeof stream !== 'boolean') throw bad('stream', 'stream must be true or false.')
  if (options != null && (typeof options !== 'object' || Array.isArray(options))) {
    throw bad('stream_options', 'stream_options must be an object.')
  }
  const wantsUsage = options == null ? undefined : (options as Record<string, unknown>).include_usage
  return {
    bytes,
    model: model ?? undefined,
    stream: stream === true,
    asksUsage: wantsUsage != null && wantsUsage !== false,
    maxTokens: readMaxTokens(body),
    hasPriority: body.priority != null,
    edits,
  }
}
