// The input of the four routes' response formats, and the shape of their streams.
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

/** A streamed response as server-sent events; each text is a complete event with its blank line. */
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
