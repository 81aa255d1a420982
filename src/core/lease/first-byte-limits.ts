// How long an endpoint may take for the first byte of a response before its silence is unusual.
import { createLatencyEstimate, p99Of, type LatencyEstimate } from './latency-estimate.ts'

/** Streams and whole responses differ: a whole one begins when it is complete. */
export type ResponseKind = 'stream' | 'whole'

/** What all endpoints together have taken. */
export type FleetEstimate = Readonly<Record<ResponseKind, LatencyEstimate>>

/** What an endpoint is allowed, in milliseconds. */
export interface FirstByteLimits {
  /** A wait of this length is unusual: it is evidence, and its end by the client a give-up. */
  readonly patienceMs: number
  /** How long the endpoint must have owed a first byte. */
  readonly silenceMs: number
}

const LIMIT_PER_P99 = 4
const MIN_SILENCE_MS = 5_000
const MIN_PATIENCE_MS = 1_000
// Before anything is known a stream may take long, as while a model is loaded, and a whole response any time.
const UNKNOWN_SILENCE_MS: Readonly<Record<ResponseKind, number>> = { stream: 30_000, whole: Infinity }

export const createFleetEstimate = (): FleetEstimate => ({
  stream: createLatencyEstimate(),
  whole: createLatencyEstimate(),
})

/**
 * @param fleet - stands in for an endpoint that has responded too rarely.
 * @param limitMs - the endpoint's own limit; null for one that is learned.
 */
export function firstByteLimits(
  fleet: FleetEstimate,
  { kind, estimate }: { readonly kind: ResponseKind; readonly estimate: LatencyEstimate },
  limitMs: number | null,
): FirstByteLimits {
  if (limitMs !== null) return { patienceMs: limitMs, silenceMs: limitMs }
  const p99 = p99Of(estimate) ?? p99Of(fleet[kind])
  if (p99 === undefined) return { patienceMs: MIN_SILENCE_MS, silenceMs: UNKNOWN_SILENCE_MS[kind] }
  return {
    patienceMs: Math.max(MIN_PATIENCE_MS, LIMIT_PER_P99 * p99),
    silenceMs: Math.max(MIN_SILENCE_MS, LIMIT_PER_P99 * p99),
  }
}
