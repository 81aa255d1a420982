// Runs jobs one after another, in order of arrival.

export type SerialQueue = <T>(job: () => T | Promise<T>) => Promise<T>

/**
 * A failed job rejects its own promise only; the next job still runs.
 * @param failsWaiting - whether an error also rejects the jobs that waited for the failed one, as they would fail alike.
 */
export function createSerialQueue(failsWaiting: (error: unknown) => boolean = () => false): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  let lastTicket = 0
  let failed: { readonly upTo: number; readonly error: unknown } | undefined
  return (job) => {
    const ticket = (lastTicket += 1)
    const run = last.then(async () => {
      if (failed && ticket <= failed.upTo) throw failed.error
      try {
        return await job()
      } catch (error) {
        if (failsWaiting(error)) failed = { upTo: lastTicket, error }
        throw error
      }
    })
    last = run.catch(() => undefined)
    return run
  }
}
