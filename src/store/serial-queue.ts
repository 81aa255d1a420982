// Runs jobs one after another in the order they came.

export type SerialQueue = <T>(job: () => T | Promise<T>) => Promise<T>

/** A job's failure is its caller's alone; the next one runs all the same. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const run = last.then(job)
    last = run.catch(() => undefined)
    return run
  }
}
