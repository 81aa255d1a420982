// The faults that a simulated backend can inject, as JSON and in the command line's short form.
import { z } from 'zod'

const drawn = {
  /** Share of the requests that it affects, 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
  /** Number of requests that it still affects; null for no limit. */
  count: z.int().min(1).nullable().default(null),
  /** Affects only requests whose path starts with this; `/` and `/health` match `/health`. */
  pathPrefix: z.string().startsWith('/').default('/v1/'),
}

const afterChunks = z.int().min(0)

export const faultSchema = z.discriminatedUnion('kind', [
  /** An error response. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    /** Sent as the Retry-After header; seconds or an HTTP date. */
    retryAfter: z
      .string()
      .regex(/^[\x20-\x7e]+$/)
      .optional(),
    ...drawn,
  }),
  /** Accepts no connection and resets the open ones; uses no random draw and lasts until it is cleared. */
  z.strictObject({ kind: z.literal('refuse') }),
  /** RST after the request has been read and before any response. */
  z.strictObject({ kind: z.literal('reset'), ...drawn }),
  /** Never responds or, if `afterChunks` is given, stalls after so many chunks of a stream. */
  z.strictObject({ kind: z.literal('hang'), afterChunks: afterChunks.optional(), ...drawn }),
  /**
   * The connection breaks after so many chunks of a stream, at the latest before `[DONE]`; 0 is after the headers. An
   * unstreamed response breaks after half its body, or with 0 after its headers.
   */
  z.strictObject({
    kind: z.literal('die'),
    afterChunks: afterChunks.default(1),
    /** Where the bytes break off: between two chunks, inside a chunk, or inside a multi-byte character of it. */
    cut: z.enum(['boundary', 'chunk', 'character']).default('boundary'),
    ...drawn,
  }),
  /** `bytes`: the response is not HTTP. `body`: a 200 whose JSON or event stream cannot be parsed. */
  z.strictObject({ kind: z.literal('malformed'), form: z.enum(['bytes', 'body']).default('body'), ...drawn }),
  /** The whole response, byte by byte. */
  z.strictObject({ kind: z.literal('slow-drip'), bytesPerSecond: z.number().min(0.1).default(20), ...drawn }),
  /** HTTP 200 with an OpenAI error object. */
  z.strictObject({ kind: z.literal('error-body'), ...drawn }),
  /** The stream ends cleanly but lacks its last event; affects streams only. */
  z.strictObject({ kind: z.literal('no-done'), ...drawn }),
  /** content-encoding: gzip, whatever the request accepts. */
  z.strictObject({ kind: z.literal('gzip'), ...drawn }),
])

export type Fault = z.infer<typeof faultSchema>
export type FaultInput = z.input<typeof faultSchema>
export type FaultKind = Fault['kind']
/** A fault that affects single requests. */
export type RequestFault = Exclude<Fault, { kind: 'refuse' }>

const leadingField: Partial<Record<string, string>> = {
  status: 'status',
  hang: 'afterChunks',
  die: 'afterChunks',
  malformed: 'form',
  'slow-drip': 'bytesPerSecond',
}

/**
 * Reads `kind`, `kind:value` or `kind:value,name=value,…`, as in `status:503,retryAfter=2,probability=0.1`.
 * @returns the input for faultSchema.
 */
export function readFaultText(text: string): Record<string, unknown> {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const fault: Record<string, unknown> = { kind }
  for (const part of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const equals = part.indexOf('=')
    const name = equals < 0 ? (leadingField[kind] ?? part) : part.slice(0, equals)
    const value = part.slice(equals + 1)
    const isNumber = value !== '' && name !== 'retryAfter' && Number.isFinite(Number(value))
    fault[name] = isNumber ? Number(value) : value
  }
  return fault
}
