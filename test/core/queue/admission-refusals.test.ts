// What the queue tells: whether a request would wait, how many do, and when one that is refused may come again.
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

const ignore = { onLease: () => undefined, onRefusal: () => undefined }

describe('the explanation of a request', () => {
  /** Explains the request, then sends it. @returns whether it waits. */
  function waits({ admission }: ReturnType<typeof startAdmission>, request = requestFor()): boolean {
    const explanation = admission.explain(request)
    const before = admission.waiting()
    const admitted = admission.admit(request, [], ignore)
    expect('waiting' in admitted, 'what was explained').toBe(explanation.waits)
    const requestsOf = (waiting: typeof before): number => waiting.get(request.blockId)?.requests ?? 0
    expect(requestsOf(before)).toBe(requestsOf(admission.waiting()) - Number(explanation.waits))
    return explanation.waits
  }

  it('says that it would wait exactly where it does: behind full endpoints, while the queue has room', () => {
    const started = startAdmission({ maxWaiting: 2 })
    expect([1, 2, 3, 4].map(() => waits(started))).toEqual([false, true, true, false])
  })

  it('says that it would wait behind others with its candidates, although these are in a cooldown by now', () => {
    const started = startAdmission({ maxWaiting: 3 })
    waits(started)
    waits(started)
    started.state.endpoint(1).tripped = tripFor(60_000, started.clock.now())
    expect(started.admission.explain(requestFor()).refusal?.code).toBe('LB_ERR_ALL_COOLING')
    expect(waits(started)).toBe(true)
  })

  it('says that it would not wait where it is refused for another reason, or there is no queue', () => {
    const cooling = startAdmission()
    cooling.state.endpoint(1).tripped = tripFor(60_000, cooling.clock.now())
    expect(waits(cooling)).toBe(false)
    const unqueued = startAdmission({ maxWaiting: 0 })
    expect([1, 2].map(() => waits(unqueued))).toEqual([false, false])
  })
})

describe('the number of waiting requests', () => {
  it('is told by block, whatever their candidates', () => {
    const endpoints = [1, 2].map((id) => endpointConfig(id, { maxConcurrent: 1 }))
    const blocks = [blockConfig(1), blockConfig(2)]
    const { admission } = startAdmission({ configured: configuration(endpoints, { blocks }) })
    const send = (values: Partial<RoutingRequest>) => submit(admission, requestFor(values))
    for (const blockId of [1, 1, 1, 2, 2]) send({ blockId })
    const preferring = send({ token: tokenConfig(1, { preferredEndpointId: 2 }) })
    expect([...admission.waiting()]).toMatchObject([
      [1, { requests: 2 }],
      [2, { requests: 2 }],
    ])
    preferring.cancel?.()
    expect(admission.waiting().get(1)).toMatchObject({ requests: 1 })
  })
})

describe('a request that must not wait', () => {
  it('is refused where all candidates are full, and queues for nothing', () => {
    const { admission, waiting } = startAdmission()
    const running = submit(admission)
    submit(admission)
    const refused = admission.admit(requestFor(), [], undefined)
    expect('refusal' in refused && refused.refusal.code).toBe('LB_ERR_ALL_FULL')
    expect(waiting()).toBe(1)
    running.lease?.settle({
      outcome: 'aborted',
      promptTokens: 0,
      completionTokens: 0,
      deltas: 0,
      latencyMs: 1,
    })
    expect(waiting()).toBe(0)
  })

  it('is served where another candidate than that of those who wait is free', () => {
    const endpoints = [1, 2].map((id) => endpointConfig(id, { maxConcurrent: 1 }))
    const { admission, state } = startAdmission({ endpoints })
    const token = tokenConfig(1, { preferredEndpointId: 1 })
    submit(admission, requestFor({ token }))
    submit(admission, requestFor({ token }))
    const admitted = admission.admit(requestFor(), [state.endpoint(1)], undefined)
    expect('lease' in admitted && admitted.lease.endpoint.config.id).toBe(2)
  })
})

describe('a refusal', () => {
  it.each([
    { timeoutMs: 100, seconds: 1 },
    { timeoutMs: 12_000, seconds: 12 },
    { timeoutMs: 90_000, seconds: 60 },
  ])(
    'before anything was admitted asks to come again after the timeout: $seconds s for $timeoutMs ms',
    ({ timeoutMs, seconds }) => {
      const { admission } = startAdmission({ maxWaiting: 1, timeoutMs })
      submit(admission)
      submit(admission)
      expect(submit(admission).refusal).toEqual({
        code: 'LB_ERR_QUEUE_FULL',
        detail: 'all endpoints are busy and the queue is full',
        retryAfterS: seconds,
      })
    },
  )

  it('asks to come again when those that wait will have been admitted, at the rate of late', () => {
    const { admission, advance } = startAdmission({ maxWaiting: 2, timeoutMs: 100_000 })
    let running = submit(admission)
    for (let n = 0; n < 5; n += 1) {
      const next = submit(admission)
      advance(2_000)
      settle(running.lease as Lease, 10)
      running = next
    }
    for (let n = 0; n < 2; n += 1) submit(admission)
    // Two wait, and one in two seconds is admitted.
    expect(submit(admission).refusal?.retryAfterS).toBe(4)
  })

  it('after the timeout says that no endpoint became free', () => {
    const { admission, advance } = startAdmission({ timeoutMs: 1_000 })
    submit(admission)
    const waiting = submit(admission)
    advance(1_000)
    expect(waiting.refusal).toMatchObject({
      code: 'LB_ERR_QUEUE_TIMEOUT',
      detail: 'no endpoint became free in time',
    })
  })

  it('of several that wait in vain does not reach one that leaves when the first is refused', () => {
    const { admission, state, advance } = startAdmission()
    submit(admission)
    const ended: string[] = []
    const admitted = admission.admit(requestFor(), [], {
      ...ignore,
      onRefusal() {
        ended.push('first')
        second.cancel?.()
      },
    })
    const second = submit(admission)
    expect('waiting' in admitted).toBe(true)
    state.replace({ ...state.snapshot(), endpoints: [], wires: [] })
    advance(250)
    expect(ended).toEqual(['first'])
    expect(second.refusal).toBeUndefined()
  })
})

describe('a cooldown', () => {
  it('that ends is noticed although one of those that wait has left', () => {
    const endpoints = [endpointConfig(1, { maxConcurrent: 1 }), endpointConfig(2)]
    const { admission, state, advance, clock } = startAdmission({ endpoints })
    state.endpoint(2).tripped = tripFor(3_000, clock.now())
    submit(admission)
    const [leaving, waiting] = [submit(admission), submit(admission)]
    leaving.cancel?.()
    advance(3_250)
    expect(waiting.lease?.endpoint.config.id).toBe(2)
  })

  it('that begins for one client while it waits lets another one pass that comes later in the order', () => {
    const [anna, bert] = [tokenConfig(1), tokenConfig(2, { requestPriority: 1 })]
    const endpoints = [endpointConfig(1, { maxConcurrent: 3 })]
    const { admission } = startAdmission({ endpoints, tokens: [anna, bert] })
    const running = [1, 2, 3].map(() => submit(admission, requestFor({ token: anna })))
    const [stuck] = [1, 2, 3, 4].map(() => submit(admission, requestFor({ token: anna })))
    const other = submit(admission, requestFor({ token: bert }))
    const failure = { outcome: 'failure' as const, mayBeRequestFault: true }
    const values = { promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 1 }
    for (const { lease } of running) lease?.settle({ ...values, ...failure })
    expect(stuck?.lease, 'served before the cooldown began').toBeDefined()
    expect(other.lease).toBeDefined()
  })
})

describe('clients without a token', () => {
  it('of each block share one account', () => {
    const blocks = [blockConfig(1), blockConfig(2)]
    const endpoints = [endpointConfig(1, { maxConcurrent: 1 })]
    const { admission } = startAdmission({ configured: configuration(endpoints, { blocks }) })
    let running = submit(admission, requestFor({ maxTokens: 100 })).lease
    const submitted = [1, 1, 2, 2].map((blockId) => ({
      blockId,
      result: submit(admission, requestFor({ blockId, maxTokens: 100 })),
    }))
    const order: number[] = []
    while (running) {
      settle(running, 100)
      const served = submitted.find(({ result }) => result.lease)
      if (served) order.push(served.blockId)
      running = served?.result.lease
      if (served) submitted.splice(submitted.indexOf(served), 1)
    }
    expect(order).toEqual([1, 2, 1, 2])
  })
})
