/** Follows troubles from one look to the next: since when each has lasted, and which are over. */
import type { Ending, Standing, Trouble } from './trouble.ts'

interface Over extends Ending {
  /** When it was no longer found. */
  readonly atMs: number
}

export interface TrackedTrouble extends Trouble {
  /** On the page's clock. */
  readonly sinceMs: number
  /** Whether it may have begun before `sinceMs`. */
  readonly mayBeOlder: boolean
  /** Undefined while it lasts. */
  readonly over: Over | undefined
}

/** One that is back within this time is the same: conditions change to and fro while an endpoint is probed. */
export const GRACE_MS = 3_000

const ranks = { bad: 0, warn: 1 } as const

/** In an order that only the beginning, the end and the severity of a trouble change: its buttons stay in their place. */
const byWeight = (a: TrackedTrouble, b: TrackedTrouble): number =>
  ranks[a.severity] - ranks[b.severity] || a.sinceMs - b.sinceMs

/** What has succeeded counts from the last failure or give-up on. */
function standingOf(now: Standing | undefined, old: Standing | undefined): Standing | undefined {
  if (now === undefined || old === undefined) return now
  const isNoWorse = now.failures === old.failures && now.giveUps <= old.giveUps
  return isNoWorse ? { ...now, successes: old.successes } : now
}

/**
 * @param before - undefined at the first look, which finds troubles that may have lasted for any time.
 * @param endingOf - what is told of one that is over, asked with every look: a success may come within the grace.
 * @returns the worst and longest first, with those that are over for less than the grace.
 */
export function trackTroubles(
  before: readonly TrackedTrouble[] | undefined,
  found: readonly Trouble[],
  nowMs: number,
  endingOf: (trouble: TrackedTrouble) => Ending,
): TrackedTrouble[] {
  const known = new Map(before?.map((one) => [one.id, one]))
  const present = found.map((trouble): TrackedTrouble => {
    const old = known.get(trouble.id)
    known.delete(trouble.id)
    const standing = standingOf(trouble.standing, old?.standing)
    return {
      ...trouble,
      ...(standing !== undefined && { standing }),
      sinceMs: old?.sinceMs ?? nowMs - (trouble.forMs ?? 0),
      mayBeOlder: old?.mayBeOlder ?? (before === undefined && trouble.forMs === undefined),
      over: undefined,
    }
  })
  const over = [...known.values()]
    .map((one) => ({ ...one, over: { ...endingOf(one), atMs: one.over?.atMs ?? nowMs } }))
    .filter(({ over: { atMs } }) => nowMs - atMs < GRACE_MS)
  return [...present, ...over].toSorted(byWeight)
}
