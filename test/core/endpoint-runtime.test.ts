// When failures set an endpoint aside, and when it comes back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cooldownRemainingMs, isFull, recordFailure, recordSuccess } from '../../src/core/endpoint-runtime.ts'
import { policy } from '../support/closed-loop.ts'
import { configuration, endpointConfig, gatewayState, manualClock } from '../support/gateway-fixture.ts'

function start(values = {}) {
  const clock = manualClock()
  const endpoint = gatewayState(configuration([endpointConfig(1, values)]), clock.now).endpoint(1)
  return { clock, endpoint, remainingMs: () => cooldownRemainingMs(endpoint, clock.now()) }
}

describe('an endpoint', () => {
  it('is set aside by consecutive failures alone, for the whole cooldown', () => {
    const event = fc.oneof(fc.constantFrom('success', 'failure', 'failure'), fc.nat(30_000))
    const thresholds = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(thresholds, fc.array(event, { maxLength: 60 }), (failThreshold, events) => {
        const { clock, endpoint, remainingMs } = start()
        let row = 0
        let untilMs = 0
        for (const each of events) {
          if (typeof each === 'number') clock.advance(each)
          else if (each === 'success') {
            recordSuccess(endpoint)
            row = 0
            untilMs = 0
          } else {
            recordFailure(endpoint, clock.now, { failThreshold, cooldownS: 20 })
            row += 1
            if (row >= failThreshold) untilMs = clock.now() + 20_000
          }
          expect(endpoint.counters.consecutiveFailures).toBe(row)
          expect(remainingMs()).toBe(Math.max(0, untilMs - clock.now()))
        }
      }),
    )
  })

  it('is never set aside where the cooldown is 0', () => {
    const { clock, endpoint, remainingMs } = start()
    const { epoch } = endpoint
    for (let n = 0; n < 10; n += 1) recordFailure(endpoint, clock.now, { ...policy, cooldownS: 0 })
    expect(remainingMs()).toBe(0)
    expect(endpoint.epoch).toBe(epoch)
  })

  it('is set aside again by its next failure after a cooldown', () => {
    const { clock, endpoint, remainingMs } = start()
    for (let n = 0; n < 3; n += 1) recordFailure(endpoint, clock.now, policy)
    clock.advance(20_000)
    expect(remainingMs()).toBe(0)
    recordFailure(endpoint, clock.now, policy)
    expect(remainingMs()).toBe(20_000)
  })

  it('is full at the lower of its own limit and the connections', () => {
    for (const [maxConcurrent, capacity] of [
      [0, 500],
      [3, 3],
      [100_000, 500],
    ] as const) {
      const { endpoint } = start({ maxConcurrent })
      endpoint.inflight = capacity - 1
      expect(isFull(endpoint)).toBe(false)
      endpoint.inflight = capacity
      expect(isFull(endpoint)).toBe(true)
    }
  })
})
