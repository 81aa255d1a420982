// The core's only source of time.

/** Milliseconds on a monotonic clock with an arbitrary origin. */
export type Clock = () => number
