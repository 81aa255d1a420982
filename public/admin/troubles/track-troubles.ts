/** Follows troubles from one look to the next: since when each has lasted, and which are over. */
import type { Trouble } from './trouble.ts'

export interface TrackedTrouble extends Trouble {
  /** On the page's clock. */
  readonly sinceMs: number
  /** Whether it may have begun before `sinceMs`. */
  readonly mayBeOlder: boolean
  /** When it was no longer found; undefined while it lasts. */
  readonly overMs: number | undefined
}

/** One that is back within this time is the same: conditions change to and fro while an endpoint is probed. */
export const GRACE_MS = 3_000

const ranks = { bad: 0, warn: 1 } as const

/** In an order that only the beginning, the end and the severity of a trouble change: its buttons stay in their place. */
const byWeight = (a: TrackedTrouble, b: TrackedTrouble): number =>
  ranks[a.severity] - ranks[b.severity] || a.sinceMs - b.sinceMs

/**
 * @param before - undefined at the first look, which finds troubles that may have lasted for any time.
 * @returns the worst and longest first, with those that are over for less than the grace.
 */
export function trackTroubles(
  before: readonly TrackedTrouble[] | undefined,
  found: readonly Trouble[],
  nowMs: number,
): TrackedTrouble[] {
  const known = new Map(before?.map((one) => [one.id, one]))
  const present = found.map((trouble): TrackedTrouble => {
    const old = known.get(trouble.id)
    known.delete(trouble.id)
    return {
      ...trouble,
      sinceMs: old?.sinceMs ?? nowMs - (trouble.forMs ?? 0),
      mayBeOlder: old?.mayBeOlder ?? (before === undefined && trouble.forMs === undefined),
      overMs: undefined,
    }
  })
  const over = [...known.values()]
    .map((one) => ({ ...one, overMs: one.overMs ?? nowMs }))
    .filter((one) => nowMs - one.overMs < GRACE_MS)
  return [...present, ...over].toSorted(byWeight)
}
