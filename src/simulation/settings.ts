// Settings of a simulated backend, at start and at run time.
import { z } from 'zod'

// Rejects what Node would throw on when the header is written.
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'takes a header name')
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'takes printable ASCII')

/** The context window, which bounds max_tokens and is shown by /v1/models. */
export const MAX_MODEL_LEN = 131_072

const fields = {
  name: z.string().min(1).max(120),
  models: z.array(z.string().min(1)).min(1),
  apiKey: z.string(),
  ttftMs: z.number().min(0).max(3_600_000),
  tokensPerSecond: z.number().min(0).max(1_000_000),
  capacity: z.int().min(0),
  seed: z.int().min(0),
  minTokens: z.int().min(1).max(MAX_MODEL_LEN),
  maxTokens: z.int().min(1).max(MAX_MODEL_LEN),
  headers: z.record(headerName, headerValue),
}

const inOrder = { message: 'minTokens takes at most maxTokens', path: ['minTokens'] }

export const settingsSchema = z
  .strictObject(fields)
  .refine(({ minTokens, maxTokens }) => minTokens <= maxTokens, inOrder)

export const settingsPatch = z.strictObject(fields).partial()

export interface Settings {
  /** Sent as `system_fingerprint`, so that a response identifies its backend. Default `sim`. */
  readonly name: string
  /** Model ids. A request for any other is 404; one without a model gets the first. Default `sim-model`. */
  readonly models: readonly string[]
  /** Bearer token required under /v1; empty, the default: none. */
  readonly apiKey: string
  /** From the start of a request's run to its first token, in milliseconds. Default 0. */
  readonly ttftMs: number
  /** Speed of one response. 0, the default: as fast as the client reads. */
  readonly tokensPerSecond: number
  /** Most requests that run at once; the others wait. 0, the default: no limit. */
  readonly capacity: number
  /** Setting it restarts the random sequences, even if the value is the same. Default 1. */
  readonly seed: number
  /** Shortest response in tokens. Default 8. */
  readonly minTokens: number
  /** Longest response in tokens, unless `max_tokens` with `ignore_eos` requests more. Default 64. */
  readonly maxTokens: number
  /** Header fields added to every response. Default none. */
  readonly headers: Readonly<Record<string, string>>
}

export const defaultSettings: Settings = {
  name: 'sim',
  models: ['sim-model'],
  apiKey: '',
  ttftMs: 0,
  tokensPerSecond: 0,
  capacity: 0,
  seed: 1,
  minTokens: 8,
  maxTokens: 64,
  headers: {},
}
