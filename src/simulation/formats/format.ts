// What the formats of the four routes have in common: what they are made from, and the shape of a stream.
import type { GeneratedText } from './generated-text.ts'

export interface FormatContext {
  /** Without a prefix. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly model: string
  readonly systemFingerprint: string
  readonly promptTokens: number
  readonly generated: GeneratedText
  readonly includeUsage: boolean
}

/** A streamed answer as its server-sent events; each text is whole, blank line included. */
export interface EventStream {
  /** Sent with the first piece. */
  readonly opening: readonly string[]
  /** @param jsonPiece - the text of one token as a JSON string literal. */
  piece(jsonPiece: string): string
  /** Sent with the last piece. */
  closing(): readonly string[]
}

/** The `usage` of chat, completions and embeddings. */
export const usageJson = (promptTokens: number, completionTokens: number): string =>
  `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},` +
  `"completion_tokens":${completionTokens},"prompt_tokens_details":null}`

export const DONE = 'data: [DONE]\n\n'
