// The response formats of the calls, each of which several calls may share.
import { lineFormat } from '../ndjson/line-format.ts'
import { eventFormat } from '../response/event-format.ts'
import { readMessagesUsage } from '../response/read-messages-usage.ts'
import { readUsage } from '../response/read-usage.ts'
import { createResponseReader, type ResponseFormat } from '../response/response-reader.ts'
import type { Api } from './api.ts'

type CreateReader = Api['createResponseReader']

const readerOf =
  (format: ResponseFormat): CreateReader =>
  (options) =>
    createResponseReader(options, format)

/** Chat and completions: chunks with `choices`, closed by `[DONE]` on every server. */
export const createChunkReader = readerOf(eventFormat({ events: 'chunks', mustBeDone: true, readUsage }))
/** Calls that no server is known to stream, such as embeddings: the same chunks, with no agreed end. */
export const createUnstreamedReader = readerOf(
  eventFormat({ events: 'chunks', mustBeDone: false, readUsage }),
)
/** Responses, images and audio: typed events; not every server sends the last one. */
export const createTypedEventReader = readerOf(
  eventFormat({ events: 'responses', mustBeDone: false, readUsage }),
)
/** Responses and conversations: the same, with the id of what the backend keeps. */
export const createObjectReader = readerOf(
  eventFormat({ events: 'responses', mustBeDone: false, readUsage, idKeys: new Set(['id']) }),
)
/** Batches: they also name the files with their results. */
export const createBatchReader = readerOf(
  eventFormat({
    events: 'responses',
    mustBeDone: false,
    readUsage,
    idKeys: new Set(['id', 'output_file_id', 'error_file_id']),
  }),
)
/** Messages: Anthropic's events, closed by `message_stop` on every server. */
export const createMessageReader = readerOf(
  eventFormat({ events: 'messages', mustBeDone: true, readUsage: readMessagesUsage }),
)
/** Ollama's own calls: lines, the last of which says that it is. */
export const createLineReader = readerOf(lineFormat)
