// The response formats of the calls, each of which several calls may share.
import { createResponseReader, type ResponseFormat } from '../response/response-reader.ts'
import type { Api } from './api.ts'

type CreateReader = Api['createResponseReader']

const readerOf =
  (format: ResponseFormat): CreateReader =>
  (options) =>
    createResponseReader(options, format)

/** Chat and completions: chunks with `choices`, closed by `[DONE]` on every server. */
export const createChunkReader = readerOf({ events: 'chunks', mustBeDone: true })
/** Embeddings, which no server is known to stream: the same chunks, with no agreed end. */
export const createUnstreamedReader = readerOf({ events: 'chunks', mustBeDone: false })
/** Responses: typed events; not every server sends the last one. */
export const createTypedEventReader = readerOf({ events: 'responses', mustBeDone: false })
