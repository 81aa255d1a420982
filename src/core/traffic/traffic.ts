// The traffic counts of one object: open leases, and tokens, requests and errors of the last seconds and minutes.
import {
  addAt,
  clearRing,
  createBucketRing,
  newestBucket,
  openBucket,
  type BucketRing,
} from '../time-buckets.ts'
import { keepTimes, type KeptTimes, type TimeBuckets } from './kept-times.ts'
import {
  ARRIVALS,
  BUCKETS,
  CACHED_TOKENS,
  ERRORS,
  FIRST_TOKEN_MS,
  FIRST_TOKENS,
  GIVE_UPS,
  HISTORY_STEPS,
  PROMPT_TOKENS,
  REQUESTS,
  stepOf,
  STEPS_PER_MINUTE,
  SUCCESSES,
  TOKENS,
} from './traffic-buckets.ts'

/** Plain data, since there may be one per client token. */
export interface Traffic {
  /** Open leases. */
  inflight: number
  readonly recent: BucketRing
  /** null where only the last seconds are needed. */
  readonly history: BucketRing | null
  /** Of what has a history. */
  readonly times: KeptTimes | null
  /** Prompt tokens of the last minute whose responses told how many of them were cached; null where that is not needed. */
  readonly prompts: BucketRing | null
}

/** Amounts to add. */
export interface TrafficEvents {
  /** Completion tokens. */
  readonly tokens: number
  readonly requests: number
  readonly errors: number
}

/** A prompt, in tokens. */
export interface ToldPrompt {
  readonly tokens: number
  /** Those that came from the backend's cache. */
  readonly cached: number
}

/** The result of one attempt at an endpoint. */
interface Outcome {
  readonly succeeded: boolean
  /** undefined where the response was no stream. */
  readonly firstTokenMs: number | undefined
  /** Of these times, for the history; undefined where there are none. */
  readonly timeBuckets: TimeBuckets | undefined
  /** Whether the client left before the first byte, after an unusual time. */
  readonly gaveUp: boolean
}

/** @param keeps - beyond the last seconds. */
export function createTraffic(bucket: number, keeps: { history?: boolean; prompts?: boolean } = {}): Traffic {
  return {
    inflight: 0,
    recent: createBucketRing(ARRIVALS + 1, BUCKETS, bucket),
    // One more for the current step, which is not complete.
    history: keeps.history ? createBucketRing(GIVE_UPS + 1, HISTORY_STEPS + 1, stepOf(bucket)) : null,
    times: keeps.history ? [] : null,
    prompts: keeps.prompts ? createBucketRing(CACHED_TOKENS + 1, STEPS_PER_MINUTE, stepOf(bucket)) : null,
  }
}

function addEvents(ring: BucketRing, index: number, { tokens, requests, errors }: TrafficEvents): void {
  addAt(ring, index + TOKENS, tokens)
  addAt(ring, index + REQUESTS, requests)
  if (errors > 0) addAt(ring, index + ERRORS, errors)
}

/** @param bucket - the current one. */
export function count({ recent, history }: Traffic, bucket: number, events: TrafficEvents): void {
  addEvents(recent, openBucket(recent, bucket), events)
  if (history) addEvents(history, openBucket(history, stepOf(bucket)), events)
}

/** @param bucket - the current one. */
export function countArrival({ recent }: Traffic, bucket: number): void {
  addAt(recent, openBucket(recent, bucket) + ARRIVALS, 1)
}

/** @param bucket - the current one. */
export function countOutcome({ history, times }: Traffic, bucket: number, outcome: Outcome): void {
  if (history === null || times === null) return
  const index = openBucket(history, stepOf(bucket))
  const { succeeded, gaveUp, firstTokenMs, timeBuckets } = outcome
  if (succeeded) addAt(history, index + SUCCESSES, 1)
  if (gaveUp) addAt(history, index + GIVE_UPS, 1)
  if (timeBuckets !== undefined) keepTimes(times, newestBucket(history), timeBuckets)
  if (firstTokenMs === undefined) return
  addAt(history, index + FIRST_TOKEN_MS, firstTokenMs)
  addAt(history, index + FIRST_TOKENS, 1)
}

/** @param bucket - the current one. */
export function countPrompt({ prompts }: Traffic, bucket: number, { tokens, cached }: ToldPrompt): void {
  if (prompts === null) return
  const index = openBucket(prompts, stepOf(bucket))
  addAt(prompts, index + PROMPT_TOKENS, tokens)
  addAt(prompts, index + CACHED_TOKENS, cached)
}

/** Whether no lease is open and all figures have left the rings. */
export function isIdle({ inflight, recent, history, prompts }: Traffic, bucket: number): boolean {
  if (inflight > 0) return false
  if (prompts && stepOf(bucket) - newestBucket(prompts) < STEPS_PER_MINUTE) return false
  return history
    ? stepOf(bucket) - newestBucket(history) > HISTORY_STEPS
    : bucket - newestBucket(recent) >= BUCKETS
}

/** Clears everything but the number of open leases. */
export function clearTraffic({ recent, history, times, prompts }: Traffic): void {
  clearRing(recent)
  times?.splice(0)
  if (history) clearRing(history)
  if (prompts) clearRing(prompts)
}
