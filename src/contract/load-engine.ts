// The messages with which a page has the bridge run its cards: one JSON object in each text message, beside those of bridge.ts.
import { z } from 'zod'

/** Largest file of a trace or a dataset, in bytes; the files that a page is sending may have as many together. */
export const MAX_ENGINE_FILE_BYTES = 64 * 1024 * 1024
export const ENGINE_FILE_TOO_LARGE = 'The file is too large: it takes at most 64 MiB'

/** Most cards of a page that have figures at the same time. */
export const MAX_ENGINE_CARDS = 200

const id = z.string().min(1).max(100)
/** The engine checks it, and reports which of its fields are invalid. */
const scenario = z.unknown()

const command = z.discriminatedUnion('type', [
  /** `file` is the id of a file that was sent before; the same holds below. */
  z.strictObject({ type: z.literal('load_trace'), requestId: id, traceId: id, file: id }),
  z.strictObject({ type: z.literal('load_dataset'), requestId: id, datasetId: id, file: id }),
  /** Forgets all files; an engine without figures then ends. */
  z.strictObject({ type: z.literal('unload_files') }),
  z.strictObject({ type: z.literal('start'), cardId: id, scenario }),
  z.strictObject({ type: z.literal('stop'), cardId: id }),
  z.strictObject({ type: z.literal('stop_all') }),
  z.strictObject({ type: z.literal('update'), cardId: id, scenario }),
  z.strictObject({ type: z.literal('reset'), cardId: id }),
  z.strictObject({
    type: z.literal('probe'),
    requestId: id,
    url: z.string().max(8_192),
    key: z.string().max(4_096),
  }),
  z.strictObject({ type: z.literal('collect'), requestId: id, name: z.string().max(200) }),
  z.strictObject({ type: z.literal('read_log'), requestId: id }),
])
export type EngineCommand = z.infer<typeof command>

/** A message of the page. */
export const engineMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('engine'), command }),
  /** The next part of a file. */
  z.strictObject({ type: z.literal('engine_file'), file: id, text: z.string() }),
])
export type EngineMessage = z.infer<typeof engineMessage>

/** Sent where the engine of the page has ended, with its runs, or cannot begin. */
export interface EngineFailure {
  readonly type: 'engine_failed'
  /** One sentence for people. */
  readonly error: string
}

/** A message of the bridge. */
export type EngineEvent<Report> = { readonly type: 'engine'; readonly report: Report } | EngineFailure
