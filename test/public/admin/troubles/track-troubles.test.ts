/** Since when troubles have lasted, their order, and when they are over. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  GRACE_MS,
  trackTroubles as track,
  type TrackedTrouble,
} from '../../../../public/admin/troubles/track-troubles.ts'
import type { Trouble } from '../../../../public/admin/troubles/trouble.ts'

const trouble = (id: string, values: Partial<Trouble> = {}): Trouble => ({
  id,
  severity: 'warn',
  subject: id,
  words: 'is in trouble',
  whenOver: 'is over',
  forMs: undefined,
  hits: [],
  target: undefined,
  actions: [],
  ...values,
})

const trackTroubles = (
  before: readonly TrackedTrouble[] | undefined,
  found: readonly Trouble[],
  nowMs: number,
) => track(before, found, nowMs, ({ whenOver }) => ({ tone: 'ok', words: whenOver }))

const idsOf = (tracked: readonly TrackedTrouble[]) => tracked.map(({ id }) => id)

describe('a trouble', () => {
  it('has lasted for as long as the server says, else since it was first seen', () => {
    const first = trackTroubles([], [trouble('told', { forMs: 4_000 }), trouble('seen')], 10_000)
    const times = (tracked: readonly TrackedTrouble[]) =>
      tracked.map(({ id, sinceMs, mayBeOlder }) => [id, sinceMs, mayBeOlder])
    expect(times(first)).toEqual([
      ['told', 6_000, false],
      ['seen', 10_000, false],
    ])
    // The oldest of those who wait has left: the trouble is as old as before.
    const later = trackTroubles(first, [trouble('told', { forMs: 100 }), trouble('seen')], 12_000)
    expect(times(later)).toEqual(times(first))
  })

  it('that is there at the first look may be older than that', () => {
    const first = trackTroubles(undefined, [trouble('seen'), trouble('told', { forMs: 10 })], 1_000)
    expect(first.map(({ id, mayBeOlder }) => [id, mayBeOlder])).toEqual([
      ['told', false],
      ['seen', true],
    ])
  })

  it('is shown as over for a while, and is the same one if it comes back meanwhile', () => {
    const begun = trackTroubles([], [trouble('a')], 0)
    const over = trackTroubles(begun, [], 5_000)
    expect(over).toMatchObject([{ id: 'a', over: { atMs: 5_000, words: 'is over' } }])
    expect(trackTroubles(over, [trouble('a')], 5_000 + GRACE_MS - 1)).toMatchObject([
      { id: 'a', sinceMs: 0, over: undefined },
    ])
    expect(trackTroubles(over, [], 5_000 + GRACE_MS)).toEqual([])
  })
})

it('the worst stands first, then the longest, and nothing else moves a row', () => {
  const found = [trouble('young'), trouble('old', { forMs: 900 }), trouble('bad', { severity: 'bad' })]
  const tracked = trackTroubles([], found, 1_000)
  expect(idsOf(tracked)).toEqual(['bad', 'old', 'young'])
  fc.assert(
    fc.property(fc.shuffledSubarray(found, { minLength: 3 }), fc.nat(), (shuffled, forMs) => {
      const next = shuffled.map((one) => ({ ...one, forMs }))
      expect(idsOf(trackTroubles(tracked, next, 2_000))).toEqual(idsOf(tracked))
    }),
  )
})
