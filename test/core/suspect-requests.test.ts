import { describe, expect, it } from 'vitest'
import { createSuspectRequests } from '../../src/core/suspect-requests.ts'

describe('suspect requests', () => {
  it('are known for five minutes from when they were last seen to fail', () => {
    let nowMs = 1
    const suspects = createSuspectRequests(() => nowMs)
    suspects.add('a')
    nowMs += 299_000
    suspects.add('a')
    nowMs += 299_000
    expect(suspects.has(() => 'a')).toBe(true)
    nowMs += 2_000
    expect(suspects.has(() => 'a')).toBe(false)
  })

  it('cost nothing while there is none, and are cleared one by one', () => {
    const suspects = createSuspectRequests(() => 1)
    const never = (): string => expect.unreachable()
    expect(suspects.has(never)).toBe(false)
    suspects.clear(never)
    suspects.add('a')
    suspects.add('b')
    suspects.clear(() => 'a')
    expect([suspects.has(() => 'a'), suspects.has(() => 'b')]).toEqual([false, true])
  })
})
