// Whom a breaker opens for: failures that a request may have caused concern its client and its model first.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowsRequest, breakerState } from '../../../src/core/lease/breaker.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const COOLDOWN_MS = policy.cooldownS * 1000
const ended = { promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 1 }
const success: Settlement = { ...ended, outcome: 'success' }
/** A failure that the request may have caused. */
const requestFailure: Settlement = { ...ended, outcome: 'failure', mayBeRequestFault: true }
const ownFailure: Settlement = { ...ended, outcome: 'failure' }

const [anna, bert, cleo] = [1, 2, 3].map((id) => tokenConfig(id)) as [
  ReturnType<typeof tokenConfig>,
  ReturnType<typeof tokenConfig>,
  ReturnType<typeof tokenConfig>,
]

function start(endpointCount = 1) {
  const clock = manualClock()
  const endpoints = Array.from({ length: endpointCount }, (_, index) => endpointConfig(index + 1))
  const state = gatewayState(configuration(endpoints), clock.now)
  const router = createRouter({ state, clock: clock.now, policy })
  const begin = (values: Partial<RoutingRequest>): Lease | undefined => {
    const selection = router.acquire(requestFor({ model: 'm', ...values }))
    return 'lease' in selection ? selection.lease : undefined
  }
  const settle = (lease: Lease | undefined, result: Settlement): void => {
    if (lease === undefined) throw new Error('refused')
    if (result.outcome === 'success') lease.responded()
    lease.settle(result)
  }
  /** Sends one request to its end. */
  const send = (values: Partial<RoutingRequest>, result: Settlement): void => settle(begin(values), result)
  const isServed = (values: Partial<RoutingRequest>): boolean =>
    allowsRequest(state.endpoint(1), requestFor({ model: 'm', ...values }), clock.now())
  const stateOf = (id = 1) => breakerState(state.endpoint(id), clock.now())
  return { clock, state, begin, settle, send, isServed, stateOf }
}

describe('failures of one client only', () => {
  it('open the breaker for that client, while others are served and close it', () => {
    const { send, isServed, stateOf } = start()
    for (let n = 0; n < policy.failThreshold; n += 1) send({ token: anna }, requestFailure)
    expect(stateOf()).toBe('open')
    expect([isServed({ token: anna }), isServed({ token: bert })]).toEqual([false, true])
    send({ token: bert }, success)
    expect([stateOf(), isServed({ token: anna })]).toEqual(['closed', true])
  })

  it('open nothing where another client was served within the time of a cooldown', () => {
    const { clock, send, stateOf } = start()
    send({ token: bert }, success)
    clock.advance(COOLDOWN_MS - 1)
    for (let n = 0; n < 5 * policy.failThreshold; n += 1) send({ token: anna }, requestFailure)
    expect(stateOf()).toBe('closed')
    clock.advance(1)
    send({ token: anna }, requestFailure)
    expect(stateOf()).toBe('open')
  })

  it('open the breaker for everyone as soon as another client fails too', () => {
    const { send, isServed } = start()
    for (let n = 0; n < policy.failThreshold; n += 1) send({ token: anna }, requestFailure)
    send({ token: bert, model: 'another' }, requestFailure)
    expect([anna, bert, cleo].map((token) => isServed({ token }))).toEqual([false, false, false])
  })

  it('tell clients without a stored token apart', () => {
    const { send, isServed } = start()
    for (let n = 0; n < policy.failThreshold; n += 1) send({ client: '192.0.2.1' }, requestFailure)
    expect([isServed({ client: '192.0.2.1' }), isServed({ client: '192.0.2.2' })]).toEqual([false, true])
  })
})

describe('failures for one model only', () => {
  it('open the breaker for that model, whoever asks for it', () => {
    const { send, isServed } = start()
    for (const token of [anna, bert, anna]) send({ token, model: 'lost' }, requestFailure)
    expect([isServed({ token: cleo, model: 'lost' }), isServed({ token: cleo })]).toEqual([false, true])
  })

  it('open nothing where another model is served', () => {
    const { send, stateOf } = start()
    send({ token: anna }, success)
    for (let n = 0; n < 5 * policy.failThreshold; n += 1) send({ token: anna, model: 'lost' }, requestFailure)
    expect(stateOf()).toBe('closed')
  })
})

describe('failures that no request can have caused', () => {
  it('open the breaker for everyone, whoever sent the requests', () => {
    const { send, isServed } = start()
    send({ token: bert }, success)
    for (let n = 0; n < policy.failThreshold; n += 1) send({ token: anna }, ownFailure)
    expect(isServed({ token: bert })).toBe(false)
  })

  it('by a Retry-After do so at once, even where the breaker is open for one client', () => {
    const { send, isServed } = start()
    for (let n = 0; n < policy.failThreshold; n += 1) send({ token: anna }, requestFailure)
    send({ token: bert }, { ...ownFailure, retryAfterMs: 1_000 })
    expect(isServed({ token: bert })).toBe(false)
  })
})

describe('a probe after a cooldown of everyone', () => {
  function startHalfOpen() {
    const started = start()
    for (let n = 0; n < policy.failThreshold; n += 1) started.send({ token: anna }, ownFailure)
    started.clock.advance(COOLDOWN_MS)
    return started
  }

  it('that fails by its own fault keeps its client waiting, and the next client is the next probe', () => {
    const { begin, settle, send, isServed, stateOf } = startHalfOpen()
    send({ token: anna }, requestFailure)
    expect(isServed({ token: anna })).toBe(false)
    const probe = begin({ token: bert })
    expect(isServed({ token: cleo }), 'one probe at a time').toBe(false)
    settle(probe, success)
    expect(stateOf()).toBe('closed')
  })

  it('that fails for a second client sets the endpoint aside for everyone, for twice the time', () => {
    const { clock, send, isServed } = startHalfOpen()
    send({ token: anna }, requestFailure)
    send({ token: bert }, requestFailure)
    clock.advance(2 * COOLDOWN_MS - 1)
    expect(isServed({ token: cleo })).toBe(false)
    clock.advance(1)
    expect(isServed({ token: cleo })).toBe(true)
  })
})

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        client: fc.nat(2),
        model: fc.constantFrom('m', 'n'),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), index: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(2 * COOLDOWN_MS) }),
    },
  ),
  { maxLength: 150, size: 'max' },
)

describe('any interleaving of clients', () => {
  it('leaves those served whose requests do not fail, whatever one other client sends', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), (taken, endpointCount) => {
        const { clock, begin, settle } = start(endpointCount)
        const open: { readonly lease: Lease; readonly result: Settlement }[] = []
        for (const step of taken) {
          if (step.kind === 'advance') clock.advance(step.ms)
          else if (step.kind === 'send') {
            const lease = begin({ token: tokenConfig(step.client), model: step.model })
            const isBad = step.client === 0
            if (!isBad) expect(lease).toBeDefined()
            if (lease) open.push({ lease, result: isBad ? requestFailure : success })
          } else {
            const [ended] = open.splice(step.index % Math.max(1, open.length), 1)
            if (ended) settle(ended.lease, ended.result)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('opens a broken endpoint for a client within the threshold of its requests where it is alone', () => {
    const failure = fc.constantFrom(requestFailure, ownFailure)
    fc.assert(
      fc.property(fc.array(failure, { minLength: 3, maxLength: 3 }), fc.nat(5), (failures, before) => {
        const { send, isServed } = start()
        // Its own successes do not count as those of others.
        for (let n = 0; n < before; n += 1) send({ token: anna }, success)
        for (const result of failures) send({ token: anna }, result)
        expect(isServed({ token: anna })).toBe(false)
      }),
    )
  })

  it('opens an endpoint that fails every request for all clients, within the threshold of failures and one more', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { clock, begin, settle, isServed } = start()
        const clients = new Set<number>()
        const models = new Set<string>()
        let failures = 0
        for (const step of taken) {
          if (step.kind === 'advance') clock.advance(step.ms)
          if (step.kind !== 'send') continue
          const lease = begin({ token: tokenConfig(step.client), model: step.model })
          if (lease === undefined) continue
          settle(lease, requestFailure)
          clients.add(step.client)
          models.add(step.model)
          failures += 1
          if (failures < policy.failThreshold) continue
          expect(isServed({ token: tokenConfig(step.client), model: step.model })).toBe(false)
          if (clients.size > 1 && models.size > 1 && failures === policy.failThreshold)
            expect(isServed({ token: cleo, model: 'yet another' })).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })
})
