// Tells work that is done on the event loop from work that leaves it alone.

/** Counts the turns of the event loop until the work has ended: a few where it is done on the event loop itself. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isDone = false
  const turn = (): void => {
    turns += 1
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  isDone = true
  return turns
}
