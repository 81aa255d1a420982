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

/**
 * The part of all processor time during the work that the longest turn of this thread took: near 1 where the work is done on the
 * event loop. How late this thread gets its own time changes nothing.
 */
export async function longestTurnShare(work: () => Promise<unknown>): Promise<number> {
  const whole = process.cpuUsage()
  let before = process.threadCpuUsage()
  let longest = 0
  let isDone = false
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, user + system)
    before = process.threadCpuUsage()
  }
  const turn = (): void => {
    look()
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  isDone = true
  look()
  const { user, system } = process.cpuUsage(whole)
  return longest / (user + system)
}
