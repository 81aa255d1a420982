// The time buckets of traffic counts, and which figure stands where in them.

export const BUCKET_MS = 500
export const BUCKETS = 20
export const HISTORY_STEP_S = 2
export const HISTORY_STEPS = 150
export const STEPS_PER_MINUTE = 60 / HISTORY_STEP_S
const BUCKETS_PER_STEP = (HISTORY_STEP_S * 1000) / BUCKET_MS

// Figures of a bucket; ARRIVALS exist only in the recent ring, and those from SUCCESSES on only in the history.
export const TOKENS = 0
export const REQUESTS = 1
export const ERRORS = 2
export const ARRIVALS = 3
export const SUCCESSES = 3
export const FIRST_TOKEN_MS = 4
export const FIRST_TOKENS = 5
export const GIVE_UPS = 6
// Figures of a step of `prompts`.
export const PROMPT_TOKENS = 0
export const CACHED_TOKENS = 1

/** @returns the number of the bucket in `recent` that a time falls in. */
export const bucketAt = (ms: number): number => Math.floor(ms / BUCKET_MS)

export const stepOf = (bucket: number): number => Math.floor(bucket / BUCKETS_PER_STEP)
