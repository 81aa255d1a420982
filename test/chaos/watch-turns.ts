// Measures how long the turns of the event loop are, in processor time: a busy machine, or its disk, does not lengthen them.

const INTERVAL_MS = 10

/** @returns a function that stops and gives the longest turn, in milliseconds; work between two looks may add to it. */
export function watchTurns(): () => number {
  let longestMs = 0
  let before = process.threadCpuUsage()
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longestMs = Math.max(longestMs, (user + system) / 1000)
    before = process.threadCpuUsage()
  }
  const timer = setInterval(look, INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    look()
    return longestMs
  }
}
