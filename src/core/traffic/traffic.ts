/** What goes on in one place: what is in flight, and tokens, requests and errors of the last seconds and minutes. */
import {
  addAt,
  clearRing,
  createBucketRing,
  openBucket,
  sumBuckets,
  type BucketRing,
} from '../time-buckets.ts'

/** Plain data: there may be as many as there are client tokens. */
export interface Traffic {
  /** Leases held now. */
  inflight: number
  readonly recent: BucketRing
  /** Where the last minutes are of interest. */
  readonly history: BucketRing | null
}

/** Events of one moment. */
export interface TrafficEvents {
  /** Completion tokens. */
  readonly tokens: number
  readonly requests: number
  readonly errors: number
}

/** How an endpoint did, beside its events. */
interface Outcome {
  readonly succeeded: boolean
  /** undefined where the answer was no stream. */
  readonly firstTokenMs: number | undefined
}

interface Rates {
  readonly tokensPerSecond: number
  readonly requestsPerSecond: number
  readonly errorsPerSecond: number
}

/** null where nothing happened that would tell. */
interface MinuteFigures {
  readonly completionTokens: number
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

/** A stretch of time on the core's clock. */
export interface TimeSpan {
  readonly startMs: number
  readonly nowMs: number
}

const BUCKET_MS = 500
const BUCKETS = 20
export const HISTORY_STEP_S = 2
const HISTORY_STEPS = 150
const STEPS_OF_A_MINUTE = 60 / HISTORY_STEP_S
const BUCKETS_OF_A_STEP = (HISTORY_STEP_S * 1000) / BUCKET_MS

// Figures of a bucket; the last three only in the history.
const TOKENS = 0
const REQUESTS = 1
const ERRORS = 2
const SUCCESSES = 3
const FIRST_TOKEN_MS = 4
const FIRST_TOKENS = 5

/** Time as events are counted. */
export const bucketAt = (ms: number): number => Math.floor(ms / BUCKET_MS)

const stepOf = (bucket: number): number => Math.floor(bucket / BUCKETS_OF_A_STEP)

export function createTraffic(bucket: number, withHistory: boolean): Traffic {
  return {
    inflight: 0,
    recent: createBucketRing(ERRORS + 1, BUCKETS, bucket),
    // One more for the step that is not over.
    history: withHistory ? createBucketRing(FIRST_TOKENS + 1, HISTORY_STEPS + 1, stepOf(bucket)) : null,
  }
}

function addEvents(ring: BucketRing, place: number, { tokens, requests, errors }: TrafficEvents): void {
  addAt(ring, place + TOKENS, tokens)
  addAt(ring, place + REQUESTS, requests)
  if (errors > 0) addAt(ring, place + ERRORS, errors)
}

/** @param bucket - the present one. */
export function count({ recent, history }: Traffic, bucket: number, events: TrafficEvents): void {
  addEvents(recent, openBucket(recent, bucket), events)
  if (history) addEvents(history, openBucket(history, stepOf(bucket)), events)
}

/** @param bucket - the present one. */
export function countOutcome({ history }: Traffic, bucket: number, outcome: Outcome): void {
  if (history === null) return
  const place = openBucket(history, stepOf(bucket))
  if (outcome.succeeded) addAt(history, place + SUCCESSES, 1)
  if (outcome.firstTokenMs === undefined) return
  addAt(history, place + FIRST_TOKEN_MS, outcome.firstTokenMs)
  addAt(history, place + FIRST_TOKENS, 1)
}

/** Whether nothing is left of it to tell. */
export function isIdle({ inflight, recent, history }: Traffic, bucket: number): boolean {
  if (inflight > 0) return false
  return history ? stepOf(bucket) - history.newest > HISTORY_STEPS : bucket - recent.newest >= BUCKETS
}

/** Forgets all but what is in flight. */
export function clearTraffic({ recent, history }: Traffic): void {
  clearRing(recent)
  if (history) clearRing(history)
}

/** Of the last ten seconds, or since the start. */
export function readRates(traffic: Traffic | undefined, { startMs, nowMs }: TimeSpan): Rates {
  if (traffic === undefined) return { tokensPerSecond: 0, requestsPerSecond: 0, errorsPerSecond: 0 }
  const last = bucketAt(nowMs)
  const first = last - BUCKETS + 1
  // The present bucket has only begun: what is summed is a little less than ten seconds.
  const spanMs = Math.max(BUCKET_MS, nowMs - Math.max(startMs, first * BUCKET_MS))
  const rate = (figure: number): number => (sumBuckets(traffic.recent, figure, first, last) * 1000) / spanMs
  return { tokensPerSecond: rate(TOKENS), requestsPerSecond: rate(REQUESTS), errorsPerSecond: rate(ERRORS) }
}

export function readMinute(traffic: Traffic | undefined, nowMs: number): MinuteFigures {
  const last = stepOf(bucketAt(nowMs))
  const sum = (figure: number): number =>
    traffic?.history ? sumBuckets(traffic.history, figure, last - STEPS_OF_A_MINUTE + 1, last) : 0
  const judged = sum(SUCCESSES) + sum(ERRORS)
  const firstTokens = sum(FIRST_TOKENS)
  return {
    completionTokens: sum(TOKENS),
    successPercent: judged > 0 ? (100 * sum(SUCCESSES)) / judged : null,
    firstTokenMs: firstTokens > 0 ? sum(FIRST_TOKEN_MS) / firstTokens : null,
  }
}

/** The time by which the latest step that is over had ended. */
export const seriesEndMs = (nowMs: number): number => stepOf(bucketAt(nowMs)) * HISTORY_STEP_S * 1000

/** Of the steps that are over, at most the last five minutes; of the same length whatever it is asked of. */
export function readSeries(traffic: Traffic | undefined, { startMs, nowMs }: TimeSpan): RateSeries {
  const present = stepOf(bucketAt(nowMs))
  const first = Math.max(stepOf(bucketAt(startMs)), present - HISTORY_STEPS)
  const history = traffic?.history
  const series = (figure: number): number[] =>
    Array.from({ length: present - first }, (_, index) =>
      history ? sumBuckets(history, figure, first + index, first + index) / HISTORY_STEP_S : 0,
    )
  return {
    tokensPerSecond: series(TOKENS),
    requestsPerSecond: series(REQUESTS),
    errorsPerSecond: series(ERRORS),
  }
}
