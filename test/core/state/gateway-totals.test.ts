// The totals of the gateway.
import { describe, expect, it } from 'vitest'
import { createGatewayTotals } from '../../../src/core/state/gateway-totals.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

describe('the totals of the gateway', () => {
  it('count a request without a lease as served, and as an error where it failed', () => {
    const totals = createGatewayTotals(manualClock().now)
    totals.countUnleased(false)
    totals.countUnleased(true)
    expect(totals).toMatchObject({ requestsServed: 2, errors: 1, inflight: 0 })
  })

  it('contain the uptime, which a reset does not change', () => {
    const clock = manualClock()
    const totals = createGatewayTotals(clock.now)
    totals.inflight = 3
    totals.requestsServed = 4
    totals.sessionMoves = 5
    clock.advance(2_500)
    totals.reset()
    expect(totals.uptimeS()).toBe(2.5)
    expect(totals).toMatchObject({ requestsServed: 0, errors: 0, sessionMoves: 0, inflight: 3 })
  })
})
