/** Schema and type of what is kept of one request. */
import * as z from 'zod/mini'
import { count, ms, text, wholeNumber } from './field-schemas.ts'
import { failureKinds } from './run-summary.ts'

export const logEntrySchema = z.strictObject({
  /** Ascending over all cards of the run. */
  number: count,
  cardId: text(100),
  cardName: text(80),
  /** Scheduled start in milliseconds since the epoch. */
  atMs: ms,
  outcome: z.enum(['ok', 'cancelled', ...failureKinds]),
  status: z.nullable(wholeNumber(0, 999)),
  detail: text(500),
  endpoint: text(200),
  cache: text(200),
  attempts: text(200),
  requestId: text(200),
  /** `name=value` of the x-ratelimit-* headers, names without that prefix, joined by `, `. */
  rateLimit: text(500),
  step: text(200),
  ttfbMs: z.nullable(ms),
  ttftMs: z.nullable(ms),
  tpotMs: z.nullable(ms),
  e2eMs: z.nullable(ms),
  promptTokens: z.nullable(count),
  completionTokens: z.nullable(count),
})
export type LogEntry = z.infer<typeof logEntrySchema>
