// How long failing requests are remembered, and when they are forgotten.
import { describe, expect, it } from 'vitest'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'

describe('poison requests', () => {
  it('are remembered for five minutes after their last failure', () => {
    let nowMs = 1
    const poisonRequests = createPoisonRequests(() => nowMs)
    poisonRequests.markPoison('a')
    nowMs += 299_000
    poisonRequests.markPoison('a')
    nowMs += 299_000
    expect(poisonRequests.isPoison(() => 'a')).toBe(true)
    nowMs += 2_000
    expect(poisonRequests.isPoison(() => 'a')).toBe(false)
    expect(poisonRequests.suspect('a')).toBe(false)
  })

  it('are suspects after a first failure, and poison only when marked', () => {
    const poisonRequests = createPoisonRequests(() => 1)
    expect([poisonRequests.suspect('a'), poisonRequests.suspect('a'), poisonRequests.suspect('b')]).toEqual([
      false,
      true,
      false,
    ])
    expect(poisonRequests.isPoison(() => 'a')).toBe(false)
    poisonRequests.markPoison('a')
    expect(poisonRequests.suspect('a')).toBe(true)
    expect(poisonRequests.isPoison(() => 'a')).toBe(true)
  })

  it('need no digest while none is recorded, and are removed one by one', () => {
    const poisonRequests = createPoisonRequests(() => 1)
    const never = (): string => expect.unreachable()
    expect(poisonRequests.isPoison(never)).toBe(false)
    poisonRequests.clear(never)
    poisonRequests.markPoison('a')
    poisonRequests.markPoison('b')
    poisonRequests.clear(() => 'a')
    expect([poisonRequests.isPoison(() => 'a'), poisonRequests.isPoison(() => 'b')]).toEqual([false, true])
  })
})
