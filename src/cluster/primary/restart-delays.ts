// How long to wait before a worker that has ended is replaced: at once, unless workers end soon after their start.
import type { Clock } from '../../core/clock.ts'

interface RestartDelays {
  /** @param livedMs - how long the worker that has ended ran. @returns milliseconds. */
  after(livedMs: number): number
  /** Whether the last workers to end ran for a short time, and that was lately. */
  isBackingOff(): boolean
}

const LONG_LIFE_MS = 10_000
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 30_000
/** So many short lives in a row are taken for a loop. */
const LOOP = 3

export function createRestartDelays(clock: Clock): RestartDelays {
  let shortLives = 0
  let lastMs = -Infinity
  return {
    after(livedMs) {
      shortLives = livedMs < LONG_LIFE_MS ? shortLives + 1 : 0
      lastMs = clock()
      return shortLives === 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (shortLives - 1))
    },
    isBackingOff: () => shortLives >= LOOP && clock() - lastMs < MAX_DELAY_MS + LONG_LIFE_MS,
  }
}
