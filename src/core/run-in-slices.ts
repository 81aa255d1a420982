// Runs work that is divided into slices.

/** @param pause - lets other work go on between two slices. */
export async function runInSlices<T>(slices: Generator<void, T>, pause: () => Promise<unknown>): Promise<T> {
  for (;;) {
    const { done, value } = slices.next()
    if (done) return value
    await pause()
  }
}
