import { describe, expect, it } from 'vitest'
import { createByteBudget } from '../../../src/core/limits/byte-budget.ts'

describe('a byte budget', () => {
  it('gives reservations no more than its bytes together, and takes them back once', () => {
    const changes: number[] = []
    const budget = createByteBudget(100, (taken) => changes.push(taken))
    const [first, second] = [budget.reserve(), budget.reserve()]
    expect([first.take(60), second.take(41), second.take(40), first.take(1)]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect(budget.taken()).toBe(100)
    first.release()
    first.release()
    expect(budget.taken()).toBe(40)
    expect(second.take(60)).toBe(true)
    second.release()
    expect(changes).toEqual([60, 100, 40, 100, 0])
  })
})
