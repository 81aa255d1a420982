// The input of the routes' response formats, and the shape of their streams.
import type { Settings } from '../settings.ts'
import { isOllama } from './api-error.ts'
import type { GeneratedText } from './generated-text.ts'
import type { GenerationRequest } from './generation-request.ts'

export interface FormatContext {
  /** Without a prefix. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly request: GenerationRequest
  readonly generated: GeneratedText
  readonly settings: Settings
  /** Prompt tokens that the engine says it had cached, known once the request runs; undefined where it does not say. */
  cachedTokens: number | undefined
}

/** A streamed response: each text is complete events with their blank lines, or complete lines. */
export interface EventStream {
  /** Sent with the first piece. */
  readonly opening: readonly string[]
  /** @param jsonPiece - the text of one token as a JSON string literal. */
  piece(jsonPiece: string): string
  /** Sent with the last piece. */
  closing(): readonly string[]
}

/** The `usage` of chat, completions and embeddings. */
export function usageJson(
  { request: { promptTokens }, cachedTokens }: Pick<FormatContext, 'request' | 'cachedTokens'>,
  completionTokens: number,
): string {
  const details = cachedTokens === undefined ? 'null' : `{"cached_tokens":${cachedTokens}}`
  return (
    `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},` +
    `"completion_tokens":${completionTokens},"prompt_tokens_details":${details}}`
  )
}

/** llama.cpp's `timings`, from the configured pace: two responses of one length have the same. */
function timingsJson({ request, generated, settings, cachedTokens = 0 }: FormatContext): string {
  const predictedMs =
    settings.tokensPerSecond === 0 ? 0 : (generated.length * 1000) / settings.tokensPerSecond
  return JSON.stringify({
    cache_n: cachedTokens,
    prompt_n: request.promptTokens - cachedTokens,
    prompt_ms: settings.ttftMs,
    predicted_n: generated.length,
    predicted_ms: predictedMs,
  })
}

interface ClosingMembers {
  /** JSON text of the members after the choices of the finish chunk, with leading commas. */
  readonly finish: string
  /** The same of the event without choices; undefined where there is none. */
  readonly usage: string | undefined
}

/** The members of a response's last chunks. llama.cpp puts its timings on the last chunk of all. */
export function closingMembers(
  context: FormatContext,
  usageOnFinish = context.settings.usageOnFinish,
): ClosingMembers {
  const { request, generated, settings } = context
  const usage = request.includeUsage ? `,"usage":${usageJson(context, generated.length)}` : ''
  const timings = settings.timings ? `,"timings":${timingsJson(context)}` : ''
  if (usage === '' || usageOnFinish) return { finish: usage + timings, usage: undefined }
  return { finish: '', usage: usage + timings }
}

/** The members after the choices of an unstreamed response. */
export function wholeMembers(context: FormatContext): string {
  const timings = context.settings.timings ? `,"timings":${timingsJson(context)}` : ''
  return `,"usage":${usageJson(context, context.generated.length)}${timings}`
}

export const DONE = 'data: [DONE]\n\n'

export const streamTypeOf = (path: string): string =>
  isOllama(path) ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8'
