// Keeps failed and slow requests longer than others: under load, the last thousand are gone within seconds.
import type { Settlement } from '../lease/settlement.ts'
import type { DecisionRecord } from './decision.ts'

export interface KeptDecisions {
  /** To be called when a request has ended. @param read - called only for one that is kept. */
  note(decision: Omit<DecisionRecord, 'candidates'>, read: () => DecisionRecord): void
  /** The newest first. @param before - number of a decision. */
  before(before: number): DecisionRecord[]
}

/** Of each kind, so that slow requests do not displace failed ones. */
const MOST = 500
/** Of a stream, until its first token. */
const SLOW_FIRST_TOKEN_MS = 5_000
/** Of another response, until its end. */
const SLOW_RESPONSE_MS = 60_000

type Kind = 'failed' | 'slow'

function kindOf({ outcome, firstTokenMs, durationMs = 0 }: Omit<DecisionRecord, 'candidates'>) {
  if (outcome === 'failure') return 'failed'
  const isSlow =
    firstTokenMs === undefined ? durationMs >= SLOW_RESPONSE_MS : firstTokenMs >= SLOW_FIRST_TOKEN_MS
  return isSlow ? 'slow' : undefined
}

/** Whether a request with this result may be one that is kept; quick ones that succeed are not. */
export const mayBeKept = ({ outcome, latencyMs }: Settlement): boolean =>
  outcome === 'failure' || latencyMs >= SLOW_FIRST_TOKEN_MS

export function createKeptDecisions(): KeptDecisions {
  const kept: Record<Kind, DecisionRecord[]> = { failed: [], slow: [] }
  const next: Record<Kind, number> = { failed: 0, slow: 0 }
  return {
    note(decision, read) {
      const kind = kindOf(decision)
      if (kind === undefined) return
      kept[kind][next[kind]] = read()
      next[kind] = (next[kind] + 1) % MOST
    },
    before: (before) =>
      [...kept.failed, ...kept.slow]
        .filter(({ number }) => number < before)
        .sort((a, b) => b.number - a.number),
  }
}
