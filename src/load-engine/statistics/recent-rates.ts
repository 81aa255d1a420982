/** Rates over the last five seconds, from one-second slots. */
import type { CardSnapshot } from '../protocol/messages.ts'

const SLOTS = 6

export interface RecentRates {
  add(atMs: number, what: 'requests' | 'tokens' | 'errors', amount: number): void
  /** Includes the current second, weighted by how much of it has passed. */
  read(atMs: number): CardSnapshot['recent']
}

export function createRecentRates(): RecentRates {
  const slots = Array.from({ length: SLOTS }, () => ({ second: -1, requests: 0, tokens: 0, errors: 0 }))
  const slotAt = (second: number) => {
    const slot = slots[second % SLOTS] ?? { second: -1, requests: 0, tokens: 0, errors: 0 }
    if (slot.second !== second) Object.assign(slot, { second, requests: 0, tokens: 0, errors: 0 })
    return slot
  }
  return {
    add(atMs, what, amount) {
      slotAt(Math.max(0, Math.floor(atMs / 1000)))[what] += amount
    },
    read(atMs) {
      const now = Math.floor(atMs / 1000)
      const recent = slots.filter(({ second }) => second >= 0 && second > now - SLOTS && second <= now)
      // Five whole seconds and the elapsed part of the sixth; less at the beginning of a run.
      const seconds = Math.max(1, Math.min(atMs / 1000, SLOTS - 1 + (atMs / 1000 - now)))
      const per = (what: 'requests' | 'tokens' | 'errors'): number =>
        recent.reduce((sum, slot) => sum + slot[what], 0) / seconds
      return { requestsPerS: per('requests'), tokensPerS: per('tokens'), errorsPerS: per('errors') }
    },
  }
}
