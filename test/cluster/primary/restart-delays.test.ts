// A worker that has run for long is replaced at once; workers that end soon after their start, ever later.
import { expect, it } from 'vitest'
import { createRestartDelays } from '../../../src/cluster/primary/restart-delays.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

const LONG_LIFE_MS = 10_000
const MAX_DELAY_MS = 30_000

it('doubles the delay with each short life, up to half a minute, and begins anew after a long one', () => {
  const delays = createRestartDelays(manualClock().now)
  expect(delays.after(LONG_LIFE_MS)).toBe(0)
  const short = Array.from({ length: 12 }, () => delays.after(LONG_LIFE_MS - 1))
  expect(short.slice(0, 4)).toEqual([100, 200, 400, 800])
  expect(short.slice(-3)).toEqual([MAX_DELAY_MS, MAX_DELAY_MS, MAX_DELAY_MS])
  expect(delays.after(LONG_LIFE_MS)).toBe(0)
  expect(delays.after(1)).toBe(100)
})

it('takes three short lives in a row for a loop, until none has ended for longer than the longest delay', () => {
  const clock = manualClock()
  const delays = createRestartDelays(clock.now)
  const states = [1, 2, 3].map((lived) => {
    delays.after(lived)
    return delays.isBackingOff()
  })
  expect(states).toEqual([false, false, true])
  clock.advance(MAX_DELAY_MS + LONG_LIFE_MS - 1)
  expect(delays.isBackingOff()).toBe(true)
  clock.advance(1)
  expect(delays.isBackingOff()).toBe(false)
  delays.after(1)
  expect(delays.isBackingOff()).toBe(true)
  delays.after(LONG_LIFE_MS)
  expect(delays.isBackingOff()).toBe(false)
})
