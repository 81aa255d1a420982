// Requests that break the connections of endpoints.
import { describe, expect, it } from 'vitest'
import { createBreakingRequests } from '../../../src/core/lease/breaking-requests.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

const FIVE_MINUTES_MS = 300_000
const at = (endpointId: number, lastSuccessMs = -Infinity) => ({ endpointId, lastSuccessMs })

function start() {
  const clock = manualClock()
  const requests = createBreakingRequests(clock.now)
  return { clock, requests, isRefused: () => requests.isRefused(() => 'a') }
}

describe('a request that breaks connections', () => {
  it('is refused for five minutes after the second endpoint', () => {
    const { clock, requests, isRefused } = start()
    expect(requests.record('a', at(1))).toBe(1)
    expect(isRefused()).toBe(false)
    clock.advance(FIVE_MINUTES_MS - 1)
    expect(requests.record('a', at(2))).toBe(2)
    clock.advance(FIVE_MINUTES_MS)
    expect(isRefused()).toBe(true)
    clock.advance(1)
    expect(isRefused()).toBe(false)
  })

  it('breaks an endpoint once until that has served another request', () => {
    const { clock, requests, isRefused } = start()
    const before = clock.now() - 1
    requests.record('a', at(1, before))
    clock.advance(10)
    requests.record('a', at(1, before))
    expect(isRefused()).toBe(false)
    clock.advance(10)
    expect(requests.record('a', at(1, clock.now() - 5))).toBe(2)
    expect(isRefused()).toBe(true)
  })

  it('is forgotten once an endpoint has responded to it, and others are not affected', () => {
    const { requests, isRefused } = start()
    requests.record('a', at(1))
    requests.clear(() => 'a')
    requests.record('a', at(2))
    expect(isRefused()).toBe(false)
    requests.record('a', at(1))
    expect(requests.isRefused(() => 'b')).toBe(false)
    requests.clear(() => 'a')
    expect(isRefused()).toBe(false)
  })

  it('is not digested while none is recorded', () => {
    const { requests } = start()
    const unused = (): string => {
      throw new Error('digested')
    }
    expect(requests.isRefused(unused)).toBe(false)
    requests.clear(unused)
  })
})
