// Runs jobs one after another, in order of arrival.

export type SerialQueue = <T>(job: () => T | Promise<T>) => Promise<T>

/** A failed job rejects its own promise only; the next job still runs. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const run = last.then(job)
    last = run.catch(() => undefined)
    return run
  }
}
