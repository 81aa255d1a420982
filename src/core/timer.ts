// The core's only way to wait.

/** Calls back once after `ms` milliseconds. @returns a function that cancels the call. */
export type SetTimer = (callback: () => void, ms: number) => () => void
