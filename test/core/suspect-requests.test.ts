import { describe, expect, it } from 'vitest'
import { createSuspectRequests } from '../../src/core/suspect-requests.ts'

describe('suspect requests', () => {
  it('are known for five minutes from when they were last seen to fail', () => {
    let nowMs = 1
    const suspects = createSuspectRequests(() => nowMs)
    suspects.convict('a')
    nowMs += 299_000
    suspects.convict('a')
    nowMs += 299_000
    expect(suspects.isConvicted(() => 'a')).toBe(true)
    nowMs += 2_000
    expect(suspects.isConvicted(() => 'a')).toBe(false)
    expect(suspects.accuse('a')).toBe(false)
  })

  it('are accused once, and convicted of no more than has been shown', () => {
    const suspects = createSuspectRequests(() => 1)
    expect([suspects.accuse('a'), suspects.accuse('a'), suspects.accuse('b')]).toEqual([false, true, false])
    expect(suspects.isConvicted(() => 'a')).toBe(false)
    suspects.convict('a')
    expect(suspects.accuse('a')).toBe(true)
    expect(suspects.isConvicted(() => 'a')).toBe(true)
  })

  it('cost nothing while there is none, and are acquitted one by one', () => {
    const suspects = createSuspectRequests(() => 1)
    const never = (): string => expect.unreachable()
    expect(suspects.isConvicted(never)).toBe(false)
    suspects.acquit(never)
    suspects.convict('a')
    suspects.convict('b')
    suspects.acquit(() => 'a')
    expect([suspects.isConvicted(() => 'a'), suspects.isConvicted(() => 'b')]).toEqual([false, true])
  })
})
