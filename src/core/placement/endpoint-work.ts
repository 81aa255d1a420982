// What one endpoint has to do, as far as the balancer knows, and how quickly it has done such work.
import { createRecentSamples, type RecentSamples } from './recent-median.ts'

/** What a speed is learned from. */
export type SpeedSamples = Readonly<Record<'prefillMs' | 'overheadMs' | 'decodeMs', RecentSamples>>

export const createSpeedSamples = (): SpeedSamples => ({
  prefillMs: createRecentSamples(),
  overheadMs: createRecentSamples(),
  decodeMs: createRecentSamples(),
})

/** Plain numbers, which selection reads for several endpoints: what they are computed from stands apart. */
export interface EndpointWork {
  /** Work of own requests without a first token, in prompt tokens that are not cached. */
  prefillTokens: number
  /** Own requests without a first token. */
  prefilling: number
  /** Own streams after their first token. */
  decodes: number
  /** Milliseconds a prompt token that it has shown; NaN while it has shown none. The same holds for the other speeds. */
  prefillMs: number
  /** Milliseconds that a request takes beside its prompt, such as the way there and back, that it has shown. */
  overheadMs: number
  /** Milliseconds by which each stream delays the tokens of the others, that it has shown. */
  decodeMs: number
  readonly samples: SpeedSamples
  /** The part of its requests that failed, 0 to 1, as of `failedAtMs`. */
  failedShare: number
  failedAtMs: number
  /** By which the size of its prefix cache is corrected, after what it has reported of cached tokens. */
  cacheFactor: number
}

export const createEndpointWork = (): EndpointWork => ({
  prefillTokens: 0,
  prefilling: 0,
  decodes: 0,
  prefillMs: NaN,
  overheadMs: NaN,
  decodeMs: NaN,
  samples: createSpeedSamples(),
  failedShare: 0,
  failedAtMs: 0,
  cacheFactor: 1,
})

/** The part that one more result has in the share of failures. */
const RESULT_WEIGHT = 0.25
/** After this time without results half of the share is forgotten, so that the endpoint is tried again. */
const HALF_LIFE_MS = 10_000
const FORGOTTEN = 0.001

/** The part of its latest requests that failed, 0 to 1. */
export const failedShare = ({ failedShare: share, failedAtMs }: EndpointWork, nowMs: number): number =>
  share === 0 ? 0 : share * 2 ** ((failedAtMs - nowMs) / HALF_LIFE_MS)

export function noteResult(work: EndpointWork, hasFailed: boolean, nowMs: number): void {
  if (!hasFailed && work.failedShare === 0) return
  const share = failedShare(work, nowMs)
  const next = share + ((hasFailed ? 1 : 0) - share) * RESULT_WEIGHT
  work.failedShare = next < FORGOTTEN ? 0 : next
  work.failedAtMs = nowMs
}
