// Reads rates, figures of the last minute and series from the traffic counts of one object.
import { sumBuckets } from '../time-buckets.ts'
import {
  ARRIVALS,
  BUCKET_MS,
  BUCKETS,
  bucketAt,
  CACHED_TOKENS,
  ERRORS,
  FIRST_TOKEN_MS,
  FIRST_TOKENS,
  GIVE_UPS,
  HISTORY_STEP_S,
  HISTORY_STEPS,
  PROMPT_TOKENS,
  REQUESTS,
  stepOf,
  STEPS_PER_MINUTE,
  SUCCESSES,
  TOKENS,
} from './traffic-buckets.ts'
import type { Traffic } from './traffic.ts'

interface Rates {
  readonly tokensPerSecond: number
  readonly requestsPerSecond: number
  readonly errorsPerSecond: number
  /** Leases taken, where `requestsPerSecond` are those that ended. Counted for endpoints and in total. */
  readonly arrivalsPerSecond: number
}

/** Figures of the last minute; null where there was no event to compute them from. */
interface MinuteFigures {
  readonly completionTokens: number
  readonly giveUps: number
  readonly successPercent: number | null
  /** Mean. */
  readonly firstTokenMs: number | null
}

/** Rates by step, oldest first. */
interface RateSeries {
  readonly tokensPerSecond: number[]
  readonly requestsPerSecond: number[]
  readonly errorsPerSecond: number[]
}

/** A period on the core's clock. */
export interface TimeSpan {
  readonly startMs: number
  readonly nowMs: number
}

export const FIRST_TOKEN_STEP_S = 10
const HISTORY_STEPS_EACH = FIRST_TOKEN_STEP_S / HISTORY_STEP_S
const FIRST_TOKEN_STEPS = HISTORY_STEPS / HISTORY_STEPS_EACH

const NO_RATES: Rates = { tokensPerSecond: 0, requestsPerSecond: 0, errorsPerSecond: 0, arrivalsPerSecond: 0 }

/** Rates of the last ten seconds, or since the start if that is later. */
export function readRates(traffic: Traffic | undefined, { startMs, nowMs }: TimeSpan): Rates {
  if (traffic === undefined) return NO_RATES
  const last = bucketAt(nowMs)
  const first = last - BUCKETS + 1
  // The current bucket is not complete: the sums cover slightly less than ten seconds.
  const spanMs = Math.max(BUCKET_MS, nowMs - Math.max(startMs, first * BUCKET_MS))
  const rate = (figure: number): number => (sumBuckets(traffic.recent, figure, first, last) * 1000) / spanMs
  return {
    tokensPerSecond: rate(TOKENS),
    requestsPerSecond: rate(REQUESTS),
    errorsPerSecond: rate(ERRORS),
    arrivalsPerSecond: rate(ARRIVALS),
  }
}

export function readMinute(traffic: Traffic | undefined, nowMs: number): MinuteFigures {
  const last = stepOf(bucketAt(nowMs))
  const sum = (figure: number): number =>
    traffic?.history ? sumBuckets(traffic.history, figure, last - STEPS_PER_MINUTE + 1, last) : 0
  const giveUps = sum(GIVE_UPS)
  const attempts = sum(SUCCESSES) + sum(ERRORS) + giveUps
  const firstTokens = sum(FIRST_TOKENS)
  return {
    completionTokens: sum(TOKENS),
    giveUps,
    successPercent: attempts > 0 ? (100 * sum(SUCCESSES)) / attempts : null,
    firstTokenMs: firstTokens > 0 ? sum(FIRST_TOKEN_MS) / firstTokens : null,
  }
}

/** The part of the last minute's prompt tokens that came from a backend's cache; null where no response told. */
export function readCachedPercent(traffic: Traffic | undefined, nowMs: number): number | null {
  const last = stepOf(bucketAt(nowMs))
  const sum = (figure: number): number =>
    traffic?.prompts ? sumBuckets(traffic.prompts, figure, last - STEPS_PER_MINUTE + 1, last) : 0
  const tokens = sum(PROMPT_TOKENS)
  return tokens > 0 ? (100 * sum(CACHED_TOKENS)) / tokens : null
}

/** Times to the first token by step, oldest first; the last step is the present one, which is not complete. */
interface FirstTokenSeries {
  /** Means; null where no stream with a first token ended. */
  readonly meanMs: (number | null)[]
  readonly streams: number[]
}

/** The start of the first step of readFirstTokens, on the core's clock. */
export const firstTokensStartMs = (nowMs: number): number =>
  1000 * FIRST_TOKEN_STEP_S * (Math.floor(nowMs / (1000 * FIRST_TOKEN_STEP_S)) - FIRST_TOKEN_STEPS + 1)

/** The last five minutes; the same length for every `traffic`. */
export function readFirstTokens(traffic: Traffic | undefined, nowMs: number): FirstTokenSeries {
  const first = stepOf(bucketAt(firstTokensStartMs(nowMs)))
  const series = (figure: number): number[] =>
    Array.from({ length: FIRST_TOKEN_STEPS }, (_, index) => {
      const from = first + index * HISTORY_STEPS_EACH
      return traffic?.history ? sumBuckets(traffic.history, figure, from, from + HISTORY_STEPS_EACH - 1) : 0
    })
  const streams = series(FIRST_TOKENS)
  const sums = series(FIRST_TOKEN_MS)
  return { streams, meanMs: streams.map((count, at) => (count > 0 ? (sums[at] ?? 0) / count : null)) }
}

/** The end of the latest complete step, on the core's clock. */
export const seriesEndMs = (nowMs: number): number => stepOf(bucketAt(nowMs)) * HISTORY_STEP_S * 1000

/** Rates of the complete steps of at most the last five minutes; the same length for every `traffic`. */
export function readSeries(traffic: Traffic | undefined, { startMs, nowMs }: TimeSpan): RateSeries {
  const current = stepOf(bucketAt(nowMs))
  const first = Math.max(stepOf(bucketAt(startMs)), current - HISTORY_STEPS)
  const history = traffic?.history
  const series = (figure: number): number[] =>
    Array.from({ length: current - first }, (_, index) =>
      history ? sumBuckets(history, figure, first + index, first + index) / HISTORY_STEP_S : 0,
    )
  return {
    tokensPerSecond: series(TOKENS),
    requestsPerSecond: series(REQUESTS),
    errorsPerSecond: series(ERRORS),
  }
}
