/** Reads one response incrementally and returns its tokens, the times of its tokens, or the kind of failure. */
import type { Call, Content, ErrorContent } from '../calls/call.ts'
import { isJsonObject, type JsonObject } from '../calls/json-object.ts'
import type { Usage } from '../calls/usage.ts'
import { errorDetail, errorDetailOfText } from './error-detail.ts'
import { createEventReader } from './event-reader.ts'
import type { FailureKind } from '../model/run-summary.ts'

export interface ResponseResult {
  readonly outcome: 'ok' | FailureKind
  /** Message of a failure as UI text; empty for a success. */
  readonly detail: string
  /** On the clock of the chunks, in milliseconds; null without content. */
  readonly firstTokenAtMs: number | null
  readonly lastTokenAtMs: number | null
  /** Time between consecutive events with content. */
  readonly gapsMs: readonly number[]
  /** Number of pieces with content over all events. */
  readonly deltas: number
  readonly usage: Usage | null
  /** From a comment of a stream whose headers were sent before its endpoint was known. */
  readonly endpoint: string | null
}

export interface ResponseReader {
  /** @param atMs - arrival time of the text. @returns the estimated number of tokens in it. */
  push(text: string, atMs: number): number
  end(): ResponseResult
}

/** Further gaps of one response are discarded. */
const MAX_GAPS = 100_000
const MAX_BODY_CHARACTERS = 10_485_760

const noContent = {
  detail: '',
  firstTokenAtMs: null,
  lastTokenAtMs: null,
  gapsMs: [],
  deltas: 0,
  usage: null,
  endpoint: null,
} as const

const httpFailure = (status: number): FailureKind =>
  status >= 500 ? 'http_5xx' : status >= 400 ? 'http_4xx' : 'http_3xx'

type Reading = { readonly type: string; readonly content: Content } | { readonly error: string } | 'malformed'

/** @param read - of the call; an error in its usual member is found before. */
function readJson(json: string, read: (value: JsonObject) => Content | ErrorContent | undefined): Reading {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return 'malformed'
  }
  if (!isJsonObject(value)) return 'malformed'
  if (value['error'] != null) return { error: errorDetail(value) }
  const content = read(value)
  if (content === undefined) return 'malformed'
  return 'error' in content ? { error: errorDetail(content.error) } : { type: String(value['type']), content }
}

const completeUsage = ({ promptTokens, completionTokens }: Partial<Usage>): Usage | null =>
  promptTokens === undefined || completionTokens === undefined ? null : { promptTokens, completionTokens }

function readWholeBody({ noun, readBody }: Call, status: number, body: string): ResponseResult {
  if (status < 200 || status > 299) {
    return { ...noContent, outcome: httpFailure(status), detail: errorDetailOfText(body) }
  }
  const reading = readJson(body, readBody)
  if (reading === 'malformed')
    return { ...noContent, outcome: 'malformed', detail: `The answer is no ${noun}` }
  if ('error' in reading) return { ...noContent, outcome: 'malformed', detail: reading.error }
  const { deltas, usage } = reading.content
  return { ...noContent, outcome: 'ok', deltas, usage: completeUsage(usage) }
}

/** Reads a body that is not an event stream. */
function createBodyReader(call: Call, status: number, isStreamExpected: boolean): ResponseReader {
  let body = ''
  return {
    push(text) {
      if (body.length < MAX_BODY_CHARACTERS) body += text
      return 0
    },
    end() {
      const result = readWholeBody(call, status, body)
      if (result.outcome !== 'ok' || !isStreamExpected) return result
      return {
        ...noContent,
        outcome: 'malformed',
        detail: 'The answer is no event stream, which was asked for',
      }
    },
  }
}

const endpointComment = 'x-lb-endpoint '

function createStreamReader({ ends, readEvent }: NonNullable<Call['stream']>): ResponseReader {
  let failure: Pick<ResponseResult, 'outcome' | 'detail'> | undefined
  let isDone = false
  let usage: Partial<Usage> = {}
  let endpoint: string | null = null
  let deltas = 0
  let firstTokenAtMs: number | null = null
  let lastTokenAtMs: number | null = null
  const gapsMs: number[] = []
  let nowMs = 0

  const countContent = (count: number): void => {
    deltas += count
    firstTokenAtMs ??= nowMs
    if (lastTokenAtMs !== null && gapsMs.length < MAX_GAPS) gapsMs.push(nowMs - lastTokenAtMs)
    lastTokenAtMs = nowMs
  }
  const events = createEventReader({
    onData(data) {
      if (ends.includes(data)) isDone = true
      if (data === '[DONE]' || isDone || failure) return
      const reading = readJson(data, readEvent)
      if (reading === 'malformed')
        failure = { outcome: 'malformed', detail: 'An event of the stream is no chunk' }
      else if ('error' in reading) failure = { outcome: 'stream_error', detail: reading.error }
      else {
        usage = { ...usage, ...reading.content.usage }
        if (reading.content.deltas > 0) countContent(reading.content.deltas)
        isDone = ends.includes(reading.type)
      }
    },
    onComment(text) {
      if (text.startsWith(endpointComment)) endpoint = text.slice(endpointComment.length)
    },
  })
  const guard = (read: () => void): void => {
    try {
      read()
    } catch (error) {
      failure ??= { outcome: 'malformed', detail: error instanceof Error ? error.message : 'unreadable' }
    }
  }

  return {
    push(text, atMs) {
      nowMs = atMs
      const before = deltas
      guard(() => events.push(text))
      return deltas - before
    },
    end() {
      guard(() => events.end())
      if (!isDone) failure ??= { outcome: 'stream_error', detail: `The stream ended without ${ends[0]}` }
      const outcome = failure ?? { outcome: 'ok', detail: '' }
      const counted = { deltas, usage: completeUsage(usage) }
      return { ...outcome, firstTokenAtMs, lastTokenAtMs, gapsMs, ...counted, endpoint }
    },
  }
}

/** @param contentType - content-type of the response; empty if it has none. */
export function createResponseReader(
  call: Call,
  status: number,
  contentType: string,
  isStreamExpected: boolean,
): ResponseReader {
  const isStream = status >= 200 && status <= 299 && /^text\/event-stream\b/i.test(contentType)
  return isStream && isStreamExpected && call.stream
    ? createStreamReader(call.stream)
    : createBodyReader(call, status, isStreamExpected)
}
