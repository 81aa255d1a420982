/** The file format of saved and exported runs, version 1. It contains no keys. */
import * as z from 'zod/mini'
import { check, ms, text, type Checked } from './field-schemas.ts'
import { logEntrySchema } from './log-entry.ts'
import { cardSummarySchema } from './run-summary.ts'

export const MAX_LOG_ENTRIES = 1_000

export const savedRunSchema = z.strictObject({
  format: z.literal('load-producer-run', { error: 'takes a run exported by the Load Producer' }),
  version: z.literal(1, { error: 'takes version 1' }),
  id: text(100, 1),
  name: text(200),
  /** Milliseconds since the epoch. */
  startedAtMs: ms,
  savedAtMs: ms,
  cards: z.array(cardSummarySchema).check(z.maxLength(200)),
  /** The last requests, oldest first. */
  log: z.array(logEntrySchema).check(z.maxLength(MAX_LOG_ENTRIES)),
})

export type SavedRun = z.infer<typeof savedRunSchema>

export const checkSavedRun = (value: unknown): Checked<SavedRun> => check(savedRunSchema, value)
