// Validates a request's body and reads the members that the balancer relies on, without building any other value.
import { isUtf8 } from 'node:buffer'
import type { Upload } from './upload.ts'
import { objectKeys, readObjects, type ObjectMembers } from '../objects/object-members.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { findMembers, memberKeys, type MemberKeys, type ValueRange } from '../json/find-members.ts'
import { OPEN_BRACE } from '../json/json-scan.ts'
import { placementKeys, type PlacementMembers } from '../routing/placement-members.ts'
import { bad, duplicateError, is, present, readText } from './body-members.ts'
import { MAX_JSON_DEPTH, type JsonFault } from '../json/validate-json.ts'

export interface PreparedBody {
  /** The client's own bytes; the first of them where the rest is in `upload`. */
  readonly bytes: Buffer
  /** A body that is passed on while it arrives; undefined where `bytes` are all. */
  readonly upload: Upload | undefined
  /** Whether it is a multipart form; otherwise JSON. */
  readonly isForm: boolean
  readonly model: string | undefined
  readonly stream: boolean
  /** Whether the client itself set stream_options.include_usage to anything but false or null. */
  readonly asksUsage: boolean
  /** The most tokens that the response may have, over all its choices. */
  readonly maxTokens: number | undefined
  /** Whether the client set a `priority` of its own. */
  readonly hasPriority: boolean
  /** What it says of objects that backends keep; undefined where its call does not know such objects. */
  readonly objects: ObjectMembers | undefined
  /** Where its prompt and the names of its session are. */
  readonly placement: PlacementMembers
  /** Where the body may have to be edited. */
  readonly edits: EditPoints
}

/** The byte ranges that spliceBody edits. */
interface EditPoints {
  readonly model: ValueRange | undefined
  readonly priority: ValueRange | undefined
  readonly streamOptions: ValueRange | undefined
  readonly includeUsage: ValueRange | undefined
}

const readKeys = [
  'model',
  'stream',
  'stream_options',
  'priority',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'n',
] as const
type Key = (typeof readKeys)[number] | (typeof objectKeys)[number] | (typeof placementKeys)[number]
const bodyKeys = memberKeys<Key>(readKeys, placementKeys)
const objectBodyKeys = memberKeys<Key>([...readKeys, ...objectKeys], placementKeys)
const streamOptionKeys = memberKeys(['include_usage'])

type Values = Readonly<Partial<Record<Key, ValueRange>>>

const MAX_MODEL_BYTES = 4096
const MAX_NUMBER_BYTES = 32
const LINE_FEED = 0x0a

function faultError(bytes: Buffer, { at, isTooDeep }: JsonFault): GatewayError {
  if (isTooDeep) {
    const detail = `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`
    return gatewayError('LB_ERR_INVALID_BODY', detail)
  }
  let line = 1
  let lineStart = 0
  for (
    let feed = bytes.indexOf(LINE_FEED);
    feed !== -1 && feed < at;
    feed = bytes.indexOf(LINE_FEED, feed + 1)
  ) {
    line += 1
    lineStart = feed + 1
  }
  const column = bytes.toString('utf8', lineStart, at).length + 1
  return gatewayError(
    'LB_ERR_INVALID_JSON',
    `The body is not valid JSON (near line ${line}, column ${column}).`,
  )
}

function findValues(bytes: Buffer, keys: MemberKeys<Key>): Values {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw gatewayError('LB_ERR_INVALID_BODY', 'The body begins with a byte order mark; send plain UTF-8.')
  }
  if (!isUtf8(bytes)) throw gatewayError('LB_ERR_INVALID_BODY', 'The body is not valid UTF-8.')
  const { fault, isObject, values, duplicate } = findMembers(bytes, keys)
  if (fault) throw faultError(bytes, fault)
  if (!isObject) throw gatewayError('LB_ERR_INVALID_BODY', 'The body must be a JSON object.')
  if (duplicate !== undefined) throw duplicateError(duplicate)
  return values
}

function readModel(bytes: Buffer, value: ValueRange | undefined): string | undefined {
  const model = present(bytes, value)
  if (model === undefined) return undefined
  return readText(bytes, 'model', model, MAX_MODEL_BYTES)
}

function readStream(bytes: Buffer, value: ValueRange | undefined): boolean {
  const stream = present(bytes, value)
  if (stream === undefined || is(bytes, stream, 'false')) return false
  if (!is(bytes, stream, 'true')) throw bad('stream', 'stream must be true or false.')
  return true
}

/** @returns the value of `include_usage` in `stream_options`. */
function findIncludeUsage(bytes: Buffer, value: ValueRange | undefined): ValueRange | undefined {
  const options = present(bytes, value)
  if (options === undefined) return undefined
  const { start, end } = options
  if (bytes[start] !== OPEN_BRACE) throw bad('stream_options', 'stream_options must be an object.')
  const { values, duplicate } = findMembers(bytes.subarray(start, end), streamOptionKeys)
  if (duplicate !== undefined) throw duplicateError(duplicate)
  const found = values.include_usage
  return found && { start: start + found.start, end: start + found.end }
}

/** @returns NaN for anything but digits. */
function readDigits(bytes: Buffer, { start, end }: ValueRange): number {
  let number = 0
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return NaN
    number = 10 * number + digit
  }
  return number
}

/** Of a number in any form, such as 1e3. */
function readNumber(bytes: Buffer, { start, end }: ValueRange): number {
  const text = bytes.toString('latin1', start, end)
  return /^[\d.eE+-]+$/.test(text) ? Number(text) : NaN
}

/** @returns undefined where the value is no positive whole number. */
export function readCount(bytes: Buffer, value: ValueRange | undefined): number | undefined {
  if (value === undefined || value.end - value.start > MAX_NUMBER_BYTES) return undefined
  const count = readDigits(bytes, value) || readNumber(bytes, value)
  return Number.isSafeInteger(count) && count > 0 ? count : undefined
}

function readMaxTokens(bytes: Buffer, values: Values): number | undefined {
  const limit =
    present(bytes, values.max_completion_tokens) ??
    present(bytes, values.max_tokens) ??
    present(bytes, values.max_output_tokens)
  const perChoice = readCount(bytes, limit)
  return perChoice === undefined ? undefined : perChoice * (readCount(bytes, values.n) ?? 1)
}

/** Of a request that has no body. */
export const noBody: PreparedBody = {
  bytes: Buffer.alloc(0),
  upload: undefined,
  isForm: false,
  model: undefined,
  stream: false,
  asksUsage: false,
  maxTokens: undefined,
  hasPriority: false,
  objects: undefined,
  placement: {},
  edits: { model: undefined, priority: undefined, streamOptions: undefined, includeUsage: undefined },
}

function readBody(bytes: Buffer, values: Values, objects: ObjectMembers | undefined): PreparedBody {
  const includeUsage = findIncludeUsage(bytes, values.stream_options)
  return {
    bytes,
    upload: undefined,
    isForm: false,
    model: readModel(bytes, values.model),
    stream: readStream(bytes, values.stream),
    asksUsage:
      includeUsage !== undefined && !is(bytes, includeUsage, 'null') && !is(bytes, includeUsage, 'false'),
    maxTokens: readMaxTokens(bytes, values),
    hasPriority: present(bytes, values.priority) !== undefined,
    objects,
    placement: values,
    edits: {
      model: values.model,
      priority: values.priority,
      streamOptions: values.stream_options,
      includeUsage,
    },
  }
}

/**
 * Validates a body and reads from it. Members that the balancer does not know are left to the upstream.
 * @throws gatewayError, all of status 400: LB_ERR_INVALID_BODY (byte order mark, not UTF-8, not an object, too deep),
 * LB_ERR_INVALID_JSON, LB_ERR_DUPLICATE_KEY, LB_ERR_BAD_REQUEST (wrong type, too long). No message quotes the body.
 */
export const prepareBody = (bytes: Buffer): PreparedBody =>
  readBody(bytes, findValues(bytes, bodyKeys), undefined)

/** The same of a call whose requests refer to objects that backends keep. @throws as prepareBody does. */
export function prepareObjectBody(bytes: Buffer): PreparedBody {
  const values = findValues(bytes, objectBodyKeys)
  return readBody(bytes, values, readObjects(bytes, values))
}
