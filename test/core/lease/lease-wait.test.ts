// What a lease says of the wait for its first byte, and what that wait does to its endpoint.
import { describe, expect, it } from 'vitest'
import { breakerState } from '../../../src/core/lease/breaker.ts'
import { declareIfHung } from '../../../src/core/lease/lease-wait.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

const LIMIT_MS = 2_000
const policy = { failThreshold: 3, cooldownS: 3 }
const ended = { promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 1 }
const left: Settlement = { ...ended, outcome: 'aborted' }
const failed: Settlement = { ...ended, outcome: 'failure', error: 'status 500' }

function start(values: Parameters<typeof endpointConfig>[1] = { firstByteTimeoutS: LIMIT_MS / 1000 }) {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1, values)]), clock.now)
  const rooms: EndpointRuntime[] = []
  const hooks = {
    onCharge: () => undefined,
    onRoom: (each: EndpointRuntime) => void rooms.push(each),
    onScopes: () => undefined,
  }
  const router = createRouter({ state, clock: clock.now, policy, hooks })
  const endpoint = state.endpoint(1)
  const begin = (): Lease => {
    const selection = router.acquire(requestFor())
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  /** Requests whose clients leave when the first byte is `ms` late. */
  const giveUp = (ms: number, result = left): void => {
    const waiting = [begin(), begin(), begin()]
    clock.advance(ms)
    for (const lease of waiting) lease.settle(result)
  }
  return { clock, state, endpoint, begin, giveUp, rooms, stateNow: () => breakerState(endpoint, clock.now()) }
}

describe('a lease', () => {
  it('tells for how long it waits for the first byte, until that arrives', () => {
    const { clock, begin } = start()
    const lease = begin()
    clock.advance(700)
    expect(lease.waitedMs()).toBe(700)
    lease.responded()
    expect(lease.waitedMs(), 'headers are no byte of the body').toBe(700)
    lease.received()
    expect(lease.waitedMs()).toBeUndefined()
  })

  it('waits for nothing once it is settled, or its request is still being sent', () => {
    const { clock, begin } = start()
    const [settled, sending] = [begin(), begin()]
    clock.advance(100)
    settled.settle(left)
    sending.unwatch()
    expect([settled.waitedMs(), sending.waitedMs()]).toEqual([undefined, undefined])
    sending.unwatch()
    sending.settle(left)
  })
})

describe('an endpoint', () => {
  it('is hung once as many clients as open the breaker have left it, each after its limit without a byte', () => {
    const { giveUp, endpoint, clock, stateNow } = start()
    giveUp(LIMIT_MS)
    expect(stateNow(), 'the limit itself is in time').toBe('closed')
    giveUp(LIMIT_MS + 1)
    expect(stateNow()).toBe('half_open')
    expect(endpoint.lastError).toEqual({ text: 'sends no first byte', atMs: clock.now() })
    expect(endpoint.watch.giveUps).toBe(3)
  })

  it('is set aside when it hangs, and joins the sharing of traffic anew then and when it is back', () => {
    const { giveUp, begin, endpoint, state, clock, rooms, stateNow } = start()
    const { epoch } = endpoint
    giveUp(LIMIT_MS + 1)
    expect(state.journal.setAside.has(endpoint)).toBe(true)
    expect(endpoint.epoch).toBe(epoch + 1)
    const probe = begin()
    const before = rooms.length
    probe.received()
    expect(stateNow()).toBe('closed')
    expect(endpoint.epoch).toBe(epoch + 2)
    expect(rooms.slice(before), 'the queue may go on').toEqual([endpoint])
    probe.received()
    expect([endpoint.epoch, rooms.length]).toEqual([epoch + 2, before + 1])
    clock.advance(LIMIT_MS + 1)
    probe.settle(left)
    expect(stateNow(), 'a client that leaves later is no evidence').toBe('closed')
  })

  it.each<[string, Settlement]>([
    ['failures', failed],
    ['requests that go elsewhere', { ...left, superseded: true }],
  ])('is not hung by %s, however late', (_, result) => {
    const { giveUp, endpoint, stateNow } = start({ firstByteTimeoutS: 2 })
    for (let n = 0; n < 2; n += 1) giveUp(LIMIT_MS + 1, { ...result, withheld: true })
    expect(stateNow()).toBe('closed')
    expect(endpoint.watch.giveUps).toBe(0)
  })

  it('is not hung by requests that are still being sent when their clients leave', () => {
    const { begin, clock, stateNow, endpoint } = start()
    for (let n = 0; n < 5; n += 1) {
      const lease = begin()
      clock.advance(LIMIT_MS + 1)
      lease.unwatch()
      lease.settle(left)
    }
    expect([stateNow(), endpoint.watch.giveUps]).toEqual(['closed', 0])
  })

  it('without a limit of its own is measured by what is usual, and not before that is known', () => {
    const { giveUp, stateNow } = start({ firstByteTimeoutS: null })
    giveUp(29_000)
    expect(stateNow()).toBe('closed')
    giveUp(30_001)
    expect(stateNow()).toBe('half_open')
  })

  it('is found hung while its clients still wait, once', () => {
    const { begin, clock, endpoint } = start()
    const waiting = [begin(), begin(), begin()]
    clock.advance(LIMIT_MS)
    expect(declareIfHung(endpoint, policy.failThreshold, clock.now)).toBe(false)
    expect(waiting.map((lease) => lease.isOverdue())).toEqual([false, false, false])
    clock.advance(1)
    expect(declareIfHung(endpoint, policy.failThreshold, clock.now)).toBe(true)
    expect(declareIfHung(endpoint, policy.failThreshold, clock.now)).toBe(false)
    expect(waiting.map((lease) => lease.isOverdue())).toEqual([true, true, true])
    waiting[0]?.unwatch()
    waiting[1]?.settle({ ...left, superseded: true })
    expect(waiting.map((lease) => lease.isOverdue())).toEqual([false, false, true])
    waiting[2]?.received()
    expect(waiting[2]?.isOverdue()).toBe(false)
  })

  it('that hangs is probed again after no longer than a cooldown', () => {
    const { giveUp, begin, clock, endpoint, stateNow } = start()
    giveUp(LIMIT_MS + 1)
    const pauses: number[] = []
    for (let n = 0; n < 4; n += 1) {
      const probe = begin()
      clock.advance(100_000)
      probe.settle(left)
      pauses.push((endpoint.watch.hang?.nextProbeMs ?? 0) - clock.now())
      clock.advance(pauses.at(-1) ?? 0)
    }
    expect(pauses).toEqual([1_000, 2_000, 3_000, 3_000])
    expect(stateNow()).toBe('half_open')
  })

  it('that hangs is probed by one request, and by the next where that one turns out to be still being sent', () => {
    const { giveUp, begin } = start()
    giveUp(LIMIT_MS + 1)
    const probe = begin()
    expect(begin).toThrow()
    probe.unwatch()
    expect(begin).not.toThrow()
  })
})

describe('the error of an endpoint', () => {
  it('is cut at 200 characters, and tells when it came', () => {
    const { endpoint, clock, begin } = start()
    clock.advance(50)
    begin().settle({ ...failed, error: 'e'.repeat(300) })
    expect(endpoint.lastError).toEqual({ text: 'e'.repeat(200), atMs: 1_050 })
    begin().settle({ ...failed, error: undefined })
    expect(endpoint.lastError?.text).toBe('failed')
  })
})
