// What can be set on a simulated backend, at start and while it runs.
import { z } from 'zod'

// What Node would refuse when the header is written is refused here, where somebody is told.
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'takes a header name')
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'takes printable ASCII')

/** The context window, which bounds max_tokens and is what /v1/models says. */
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
  /** Shows as `system_fingerprint`, so that an answer tells who gave it. Default `sim`. */
  readonly name: string
  /** Model ids. A request for any other is 404; one without a model gets the first. Default `sim-model`. */
  readonly models: readonly string[]
  /** The bearer asked for under /v1; empty (the default) asks for none. */
  readonly apiKey: string
  /** From the start of a request's run to its first token, in milliseconds. Default 0. */
  readonly ttftMs: number
  /** 0, the default: as fast as the client reads. */
  readonly tokensPerSecond: number
  /** Requests that run at once; the others wait. 0, the default: no limit. */
  readonly capacity: number
  /** Setting it starts the random sequences anew, even where the number is the same. Default 1. */
  readonly seed: number
  /** Shortest answer in tokens. Default 8. */
  readonly minTokens: number
  /** Longest answer in tokens, unless `max_tokens` with `ignore_eos` asks for more. Default 64. */
  readonly maxTokens: number
  /** Added to every answer. Default none. */
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
