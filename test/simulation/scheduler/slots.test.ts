import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlots } from '../../../src/simulation/scheduler/slots.ts'

describe('the slots', () => {
  it('start everything at once without a limit', () => {
    const slots = createSlots(() => 0)
    for (let count = 0; count < 100; count += 1) slots.acquire(0, () => undefined)
    expect([slots.running(), slots.waiting()]).toEqual([100, 0])
  })

  it('never run more than the capacity, leave none free while one waits, and start in order', () => {
    const step = fc.oneof(
      fc.record({ enter: fc.integer({ min: -3, max: 3 }) }),
      fc.record({ leave: fc.nat({ max: 50 }) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const slots = createSlots(() => capacity)
        const entered: { priority: number; hasStarted: boolean; hasLeft: boolean; leave: () => void }[] = []
        for (const action of steps) {
          if ('enter' in action) {
            const entry = {
              priority: action.enter,
              hasStarted: false,
              hasLeft: false,
              leave: () => undefined as void,
            }
            entered.push(entry)
            entry.leave = slots.acquire(action.enter, () => {
              const earlier = entered.filter(
                (other) => other !== entry && !other.hasStarted && !other.hasLeft,
              )
              const index = entered.indexOf(entry)
              for (const other of earlier) {
                expect(other.priority).toBeGreaterThanOrEqual(entry.priority)
                if (other.priority === entry.priority) expect(entered.indexOf(other)).toBeGreaterThan(index)
              }
              entry.hasStarted = true
            })
          } else {
            const entry = entered[action.leave]
            if (entry) {
              entry.hasLeft = true
              entry.leave()
            }
          }
          const present = entered.filter((entry) => !entry.hasLeft)
          expect(slots.running()).toBe(Math.min(capacity, present.length))
          expect(slots.running() + slots.waiting()).toBe(present.length)
          expect(present.filter((entry) => entry.hasStarted)).toHaveLength(slots.running())
        }
      }),
    )
  })
})
