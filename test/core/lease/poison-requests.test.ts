import { describe, expect, it } from 'vitest'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'

describe('suspect requests', () => {
  it('are known for five minutes from when they were last seen to fail', () => {
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

  it('are accused once, and convicted of no more than has been shown', () => {
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

  it('cost nothing while there is none, and are acquitted one by one', () => {
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
