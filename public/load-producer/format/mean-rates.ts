/** The rates of a card over its whole run, the same in the headline, the table and the report. */
import type { CardSnapshot } from '../../../src/load-engine/protocol/messages.ts'

/** Requests are those that ended, also in a failure; tokens those of successes. */
export function meanRates({
  counts,
  tokens,
  elapsedMs,
}: Pick<CardSnapshot, 'counts' | 'tokens' | 'elapsedMs'>): {
  readonly requestsPerS: number
  readonly tokensPerS: number
} {
  const seconds = Math.max(0.001, elapsedMs / 1000)
  return { requestsPerS: (counts.ok + counts.failed) / seconds, tokensPerS: tokens.completion / seconds }
}
