// Reads a response while it is passed on to the client, by the reader for its format.
import { noFacts, type ResponseFacts } from './response-facts.ts'
import { isCount, type Usage } from './read-usage.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import type { JsonTap } from '../json/json-tap.ts'

export interface ResponseReader {
  readonly isStream: boolean
  /** What has been read so far. Whoever counts the response once may change its usage. */
  readonly facts: Readonly<Omit<ResponseFacts, 'usage'>> & Pick<ResponseFacts, 'usage'>
  /** @returns the bytes to send to the client now, or null for none yet. */
  push(chunk: Buffer): Buffer | null
  /** Called at the upstream's end. @returns the bytes that were held back, or null. */
  end(): Buffer | null
  /** After `end`: whether the response is incomplete. */
  isCut(): boolean
  /** Whether the bytes returned so far end between two events, so that an error event may follow. */
  isAtBoundary(): boolean
}

export interface ResponseReaderOptions {
  readonly status: number
  readonly headers: ResponseHeaders
  /** Whether the balancer itself requested usage, so that the client must not get it. */
  readonly hideUsage: boolean
}

/** Reads an unstreamed response. */
type BodyTap = Pick<JsonTap, 'push' | 'usage' | 'errorBody' | 'isInside'> & Partial<Pick<JsonTap, 'ids'>>

/** The format of a call's responses. */
export interface ResponseFormat {
  /** Matches the content type of a stream. */
  readonly streamType: RegExp
  createStreamReader(hideUsage: boolean): ResponseReader
  createBodyTap(): BodyTap
  /** A faster way to the usage of a complete response. @returns undefined where it found none; the tap may find one. */
  readWholeUsage?(bytes: Buffer): Usage | undefined
}

const never = (): boolean => false

/** Passes everything on at once without reading it. */
export const createOpaqueReader = (): ResponseReader => ({
  isStream: false,
  facts: noFacts(),
  push: (chunk) => chunk,
  end: () => null,
  isCut: never,
  isAtBoundary: never,
})

const JSON_TYPE = 'application/json'
// Their first byte may look like JSON.
const binaryType = /^(?:audio|image|video)\/|^application\/octet-stream\b/i

/** Text Embeddings Inference sends lists, which have no place for usage, and tells it in a header. */
function usageOfHeaders({ 'x-compute-tokens': tokens }: ResponseHeaders): Usage | undefined {
  const promptTokens = typeof tokens === 'string' && tokens !== '' ? Number(tokens) : undefined
  return isCount(promptTokens) ? { promptTokens } : undefined
}

/**
 * Holds back the newest chunk, so that a short response is sent in one write.
 * @param isRead - whether usage and errors are read.
 * @param isText - whether it may begin like JSON without being any.
 */
function createBodyReader(
  isRead: boolean,
  isText: boolean,
  headers: ResponseHeaders,
  format: ResponseFormat,
): ResponseReader {
  const facts = noFacts()
  const told = isRead ? usageOfHeaders(headers) : undefined
  facts.usage = told
  let tap: BodyTap | undefined
  let held: Buffer | null = null
  const read = (chunk: Buffer): void => {
    tap ??= format.createBodyTap()
    tap.push(chunk)
    facts.usage = tap.usage() ?? told
    facts.objectIds = tap.ids?.()
    facts.reportsError = tap.errorBody()
  }
  return {
    isStream: false,
    facts,
    push(chunk) {
      const ready = held
      // Most responses arrive in one chunk, which is read at the end.
      if (isRead && ready !== null && tap === undefined) read(ready)
      if (tap !== undefined) read(chunk)
      held = chunk
      return ready
    },
    end() {
      const ready = held
      held = null
      if (isRead && ready !== null && tap === undefined) {
        const isWhole = ready.length === Number(headers['content-length'])
        const usage = isWhole ? format.readWholeUsage?.(ready) : undefined
        if (usage === undefined) read(ready)
        else facts.usage = usage
      }
      return ready
    },
    // A body that ends with its connection may be truncated; only its JSON shows that.
    isCut: () => !isText && (tap?.isInside() ?? false),
    isAtBoundary: never,
  }
}

export function createResponseReader(
  { status, headers, hideUsage }: ResponseReaderOptions,
  format: ResponseFormat,
): ResponseReader {
  const encoding = headers['content-encoding']
  const isPlain = encoding === undefined || encoding === 'identity'
  const isSuccess = status >= 200 && status < 300
  const given = headers['content-type']
  // Where it came twice, the first counts, here as for the client.
  const type = typeof given === 'string' ? given : given?.[0]
  const isStream = type !== undefined && format.streamType.test(type)
  if (isStream && isSuccess && isPlain) return format.createStreamReader(hideUsage)
  if (isStream) return createOpaqueReader()
  const isJson = type === undefined || type.startsWith(JSON_TYPE)
  const isRead = isSuccess && isPlain && (isJson || !binaryType.test(type))
  return createBodyReader(isRead, !isJson && type.startsWith('text/'), headers, format)
}
