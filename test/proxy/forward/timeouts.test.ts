// Whether a request that timed out at one endpoint is sent to another one.
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'
import { createScriptedForwards } from '../../support/gateway/scripted-forwards.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

const errorOf = (code: string): { readonly error: Error } => ({
  error: Object.assign(new Error(code), { code }),
})

/** @returns how many endpoints are sent a request whose first attempt fails with the code after some time. */
function attemptsAfter(code: string, workedMs: number, values: Partial<EndpointConfig> = {}): number {
  const { clock, open, send } = createScriptedForwards(
    [1, 2].map((id) => endpointConfig(id, values)),
    2,
  )
  send({ messages: [] })
  clock.advance(workedMs)
  open[0]?.settle(errorOf(code))
  return 1 + open.length
}

describe('a request that times out', () => {
  it('after five seconds of work is sent to no other endpoint', () => {
    expect(attemptsAfter('UPSTREAM_RESPONSE_TIMEOUT', 5_000)).toBe(1)
    expect(attemptsAfter('UPSTREAM_BODY_TIMEOUT', 120_000)).toBe(1)
  })

  it('before that is sent to another one', () => {
    expect(attemptsAfter('UPSTREAM_RESPONSE_TIMEOUT', 4_999)).toBe(2)
  })

  it('is sent to another one after any time where the endpoint says so, or never accepted the connection', () => {
    expect(attemptsAfter('UPSTREAM_RESPONSE_TIMEOUT', 120_000, { retryOnTimeout: true })).toBe(2)
    expect(attemptsAfter('UPSTREAM_CONNECT_TIMEOUT', 10_000)).toBe(2)
  })
})
