// Models that a backend which lists none has said it lacks, each for a while.
import type { Clock } from '../clock.ts'

export interface LackedModels {
  /** Holds the model for 60 s from now. Beyond 100 models, the one that was added the longest ago is dropped. */
  add(model: string): void
  /** Whether the model is held. It is until `expire` or `clear`. */
  has(model: string): boolean
  /** Drops the models whose time is over. @returns whether there were any. */
  expire(): boolean
  clear(): void
  size(): number
}

export const HOLD_MS = 60_000
export const MAX_MODELS = 100

export function createLackedModels(clock: Clock): LackedModels {
  /** When each was added, the oldest first. */
  const addedMs = new Map<string, number>()
  return {
    add(model) {
      addedMs.delete(model)
      addedMs.set(model, clock())
      const [oldest] = addedMs.keys()
      if (addedMs.size > MAX_MODELS && oldest !== undefined) addedMs.delete(oldest)
    },
    has: (model) => addedMs.has(model),
    expire() {
      const before = addedMs.size
      const nowMs = clock()
      for (const [model, ms] of addedMs) {
        if (nowMs - ms < HOLD_MS) break
        addedMs.delete(model)
      }
      return addedMs.size < before
    },
    clear: () => addedMs.clear(),
    size: () => addedMs.size,
  }
}
