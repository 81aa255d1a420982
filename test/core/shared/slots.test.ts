// When the slots of an endpoint are all taken.
import { describe, expect, it } from 'vitest'
import { isFull } from '../../../src/core/shared/slots.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

describe('an endpoint', () => {
  it.each([
    { maxConcurrent: 0, capacity: 500 },
    { maxConcurrent: 3, capacity: 3 },
    { maxConcurrent: 100_000, capacity: 500 },
  ])('with limit $maxConcurrent and 500 connections is full at $capacity', ({ maxConcurrent, capacity }) => {
    const configured = configuration([endpointConfig(1, { maxConcurrent })])
    const endpoint = gatewayState(configured, () => 1, 500).endpoint(1)
    endpoint.inflight = capacity - 1
    expect(isFull(endpoint)).toBe(false)
    endpoint.inflight = capacity
    expect(isFull(endpoint)).toBe(true)
  })
})
