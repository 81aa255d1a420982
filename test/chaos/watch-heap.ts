// Watches that what is left of the heap after a collection does not grow. Needs --expose-gc; without it nothing is watched.

const INTERVAL_MS = 2_000
const MAX_GROWTH_MIB = 32
const MIN_SAMPLES = 9

/** @returns a function that stops and says what is wrong: the lowest of the last third against that of the second. */
export function watchHeap(): { stop(): string[] } {
  const samples: number[] = []
  const { gc } = globalThis
  const timer = setInterval(() => {
    gc?.()
    samples.push(process.memoryUsage().heapUsed / 2 ** 20)
  }, INTERVAL_MS)
  return {
    stop() {
      clearInterval(timer)
      if (gc === undefined || samples.length < MIN_SAMPLES) return []
      const third = Math.floor(samples.length / 3)
      const lowest = (from: number, to: number): number => Math.min(...samples.slice(from, to))
      const grownMib = lowest(2 * third, samples.length) - lowest(third, 2 * third)
      return grownMib > MAX_GROWTH_MIB ? [`the heap grew by ${grownMib.toFixed(1)} MiB`] : []
    },
  }
}
