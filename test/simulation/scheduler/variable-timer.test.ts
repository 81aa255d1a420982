import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVariableTimer } from '../../../src/simulation/scheduler/variable-timer.ts'
import { createManualTimer } from '../manual-timer.ts'

describe('a timer of variable speed', () => {
  it('runs each entry once its own time has passed, through any changes of the speed', () => {
    const speed = fc.double({ min: 0.01, max: 10, noNaN: true })
    const stretches = fc.array(fc.tuple(speed, fc.integer({ min: 1, max: 1000 })), { minLength: 1 })
    fc.assert(
      fc.property(stretches, fc.array(fc.integer({ min: 0, max: 3000 })), (all, delays) => {
        const timer = createManualTimer()
        const variable = createVariableTimer(timer)
        const ran: number[] = []
        for (const delayMs of delays) {
          variable.after(delayMs, () => {
            expect(variable.nowMs()).toBeGreaterThanOrEqual(delayMs)
            expect(variable.nowMs()).toBeCloseTo(delayMs, 6)
            ran.push(delayMs)
          })
        }
        let passedMs = 0
        for (const [next, ms] of all) {
          variable.setSpeed(next)
          timer.advance(ms)
          passedMs += next * ms
          expect(variable.nowMs()).toBeCloseTo(passedMs, 6)
        }
        const due = delays.filter((delayMs) => delayMs < passedMs - 1e-6)
        expect(ran.slice(0, due.length)).toEqual(due.sort((a, b) => a - b))
        expect(timer.pending()).toBe(delays.length - ran.length)
      }),
    )
  })

  it('forgets a cancelled entry, also when the speed changes', () => {
    const timer = createManualTimer()
    const variable = createVariableTimer(timer)
    const cancel = variable.after(10, () => expect.unreachable())
    variable.setSpeed(0.5)
    cancel()
    variable.setSpeed(2)
    expect(timer.pending()).toBe(0)
    timer.advance(100)
  })
})
