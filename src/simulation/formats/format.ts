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

export const cachedTokensOf = (promptTokens: number, { cachedPercent }: Settings): number =>
  Math.floor((promptTokens * cachedPercent) / 100)

/** The `usage` of chat, completions and embeddings. */
export function usageJson(promptTokens: number, completionTokens: number, settings: Settings): string {
  const details =
    settings.cachedPercent === 0 ? 'null' : `{"cached_tokens":${cachedTokensOf(promptTokens, settings)}}`
  return (
    `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},` +
    `"completion_tokens":${completionTokens},"prompt_tokens_details":${details}}`
  )
}

/** llama.cpp's `timings`, from the configured pace: two responses of one length have the same. */
function timingsJson({ request, generated, settings }: FormatContext): string {
  const cached = cachedTokensOf(request.promptTokens, settings)
  const predictedMs =
    settings.tokensPerSecond === 0 ? 0 : (generated.length * 1000) / settings.tokensPerSecond
  return JSON.stringify({
    cache_n: cached,
    prompt_n: request.promptTokens - cached,
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
  const usage = request.includeUsage
    ? `,"usage":${usageJson(request.promptTokens, generated.length, settings)}`
    : ''
  const timings = settings.timings ? `,"timings":${timingsJson(context)}` : ''
  if (usage === '' || usageOnFinish) return { finish: usage + timings, usage: undefined }
  return { finish: '', usage: usage + timings }
}

/** The members after the choices of an unstreamed response. */
export function wholeMembers(context: FormatContext): string {
  const { request, generated, settings } = context
  const timings = settings.timings ? `,"timings":${timingsJson(context)}` : ''
  return `,"usage":${usageJson(request.promptTokens, generated.length, settings)}${timings}`
}

export const DONE = 'data: [DONE]\n\n'

export const streamTypeOf = (path: string): string =>
  isOllama(path) ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8'
