// Admission: which requests wait, which is next, and that none waits for ever.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenConfig } from '../../../src/core/state/configuration.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { requestFor, random } from '../../support/gateway/closed-loop.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { endpointConfig, tokenConfig, tripFor } from '../../support/gateway/gateway-fixture.ts'
import { effort } from '../../support/effort.ts'

describe('a full gateway', () => {
  it('queues a request and admits it as soon as a slot is free', () => {
    const { admission, waiting } = startAdmission()
    const first = submit(admission)
    const second = submit(admission)
    expect(second.lease).toBeUndefined()
    expect(waiting()).toBe(1)
    if (first.lease) settle(first.lease, 10)
    expect(second.lease).toBeDefined()
    expect(waiting()).toBe(0)
  })

  it('refuses beyond the bound and after the timeout, with a Retry-After from the rate of admissions', () => {
    const { admission, advance, timers } = startAdmission({ maxWaiting: 2, timeoutMs: 10_000 })
    let running = submit(admission)
    // One request per second is admitted.
    for (let n = 0; n < 5; n += 1) {
      const next = submit(admission)
      advance(1_000)
      if (running.lease) settle(running.lease, 10)
      running = next
    }
    const waiting = [submit(admission), submit(admission)]
    const refused = submit(admission)
    expect(refused.refusal).toMatchObject({ code: 'LB_ERR_QUEUE_FULL', retryAfterS: 2 })
    advance(9_999)
    expect(waiting.every(({ refusal }) => refusal === undefined)).toBe(true)
    advance(1)
    for (const { refusal } of waiting) expect(refusal?.code).toBe('LB_ERR_QUEUE_TIMEOUT')
    expect(timers.size).toBe(0)
  })

  it('removes the request of a client that leaves at once', () => {
    const { admission, waiting, timers } = startAdmission()
    const first = submit(admission)
    const second = submit(admission)
    const third = submit(admission)
    second.cancel?.()
    expect(waiting()).toBe(1)
    if (first.lease) settle(first.lease, 1)
    expect(second.lease).toBeUndefined()
    expect(third.lease).toBeDefined()
    expect(timers.size).toBe(0)
  })

  it('admits any number of requests in turn that each end as soon as they are admitted', () => {
    const { admission, waiting } = startAdmission({ maxWaiting: 5_000 })
    const first = submit(admission)
    let ended = 0
    for (let n = 0; n < 5_000; n += 1)
      admission.admit(requestFor(), [], {
        onLease(lease) {
          ended += 1
          settle(lease, 1)
        },
        onRefusal: ({ detail }) => expect.unreachable(detail),
      })
    if (first.lease) settle(first.lease, 1)
    expect([ended, waiting()]).toEqual([5_000, 0])
  })

  it('refuses at once where there is no queue', () => {
    const { admission } = startAdmission({ maxWaiting: 0 })
    submit(admission)
    expect(submit(admission).refusal).toMatchObject({ code: 'LB_ERR_ALL_FULL', retryAfterS: 1 })
  })

  it('admits waiting requests when an operator raises a limit', () => {
    const { admission, state } = startAdmission()
    submit(admission)
    const waiting = submit(admission)
    const current = state.snapshot()
    state.replace({ ...current, endpoints: current.endpoints.map((one) => ({ ...one, maxConcurrent: 2 })) })
    admission.serveWaiting()
    expect(waiting.lease).toBeDefined()
  })

  it('refuses waiting requests whose endpoints were deleted', () => {
    const { admission, state, advance } = startAdmission()
    submit(admission)
    const waiting = submit(admission)
    state.replace({ ...state.snapshot(), endpoints: [], wires: [] })
    advance(250)
    expect(waiting.refusal?.code).toBe('LB_ERR_NO_ENDPOINT')
  })

  it('detects without a notification that an endpoint is back from its cooldown', () => {
    const endpoints = [endpointConfig(1, { maxConcurrent: 1 }), endpointConfig(2)]
    const { admission, state, advance, clock } = startAdmission({ endpoints })
    state.endpoint(2).tripped = tripFor(3_000, clock.now())
    submit(admission)
    const waiting = submit(admission)
    advance(2_999)
    expect(waiting.lease).toBeUndefined()
    advance(251)
    expect(waiting.lease?.endpoint.config.id).toBe(2)
  })
})

describe('the order of the queue', () => {
  const tokens = [
    tokenConfig(1, { requestPriority: 5 }),
    tokenConfig(2),
    tokenConfig(3),
    tokenConfig(4, { guaranteedSharePercent: 50, requestPriority: 9 }),
  ]

  it('is guarantee, then priority, then least served, then first come', () => {
    const { admission } = startAdmission({ tokens })
    let running = submit(admission).lease
    const names: string[] = []
    const waiting = [
      ['low priority', 1],
      ['second 1', 2],
      ['second 2', 2],
      ['third', 3],
      ['guaranteed', 4],
    ] as const
    const submitted = waiting.map(([name, id]) => ({
      name,
      result: submit(admission, requestFor({ token: tokens[id - 1] ?? null, maxTokens: 100 })),
    }))
    for (let n = 0; n < waiting.length; n += 1) {
      if (running) settle(running, 100)
      const next = submitted.find(({ name, result }) => result.lease && !names.includes(name))
      names.push(next?.name ?? 'none')
      running = next?.result.lease
    }
    expect(names).toEqual(['guaranteed', 'second 1', 'third', 'second 2', 'low priority'])
  })
})

describe('requests of one client token with different candidates', () => {
  it('do not hold each other up: the later one is served when its own endpoint becomes free first', () => {
    const endpoints = [1, 2].map((id) => endpointConfig(id, { maxConcurrent: 1 }))
    const { admission } = startAdmission({ endpoints })
    // The configuration of the token may change while its requests wait.
    const preferring = (preferredEndpointId: number) =>
      requestFor({ token: tokenConfig(1, { preferredEndpointId }) })
    const running = [1, 2].map((id) => submit(admission, preferring(id)).lease)
    const [busy, free] = [submit(admission, preferring(1)), submit(admission, preferring(2))]
    if (running[1]) settle(running[1], 10)
    expect(busy.lease).toBeUndefined()
    expect(free.lease?.endpoint.config.id).toBe(2)
  })

  it('share one account, whatever models they name', () => {
    const tokens = [tokenConfig(1), tokenConfig(2)]
    const { admission } = startAdmission({ tokens })
    const request = (id: number, model: string) =>
      requestFor({ token: tokens[id - 1] ?? null, model, maxTokens: 100 })
    let running = submit(admission, request(1, 'a')).lease
    const submitted = [
      { name: '1 a', result: submit(admission, request(1, 'a')) },
      { name: '1 b', result: submit(admission, request(1, 'b')) },
      { name: '2 a', result: submit(admission, request(2, 'a')) },
      { name: '2 b', result: submit(admission, request(2, 'b')) },
    ]
    const order: string[] = []
    while (running) {
      settle(running, 100)
      const next = submitted.find(({ name, result }) => result.lease && !order.includes(name))
      if (next) order.push(next.name)
      running = next?.result.lease
    }
    expect(order).toEqual(['1 a', '2 a', '1 b', '2 b'])
  })
})

interface Client {
  readonly token: TokenConfig
  /** Requests that it keeps open at once. */
  readonly parallel: number
  /** Shortest and longest response, in tokens. */
  readonly lengths: readonly [number, number]
}

/** Runs clients that send a new request whenever one ends, on virtual time. @returns completion tokens by token id. */
function contend(
  clients: readonly Client[],
  capacity: number,
  requests: number,
  seed: number,
): Map<number, number> {
  const next = random(seed)
  const endpoints = [endpointConfig(1, { maxConcurrent: capacity })]
  const { admission, clock, advance } = startAdmission({
    endpoints,
    tokens: clients.map(({ token }) => token),
    timeoutMs: 1e9,
  })
  const running: { lease: Lease; tokens: number; endsAt: number; client: Client }[] = []
  const served = new Map<number, number>()
  const send = (client: Client): void => {
    const begin = (lease: Lease): void => {
      const [shortest, longest] = client.lengths
      const tokens = shortest + Math.floor(next() * (longest - shortest + 1))
      running.push({ lease, tokens, endsAt: clock.now() + tokens, client })
    }
    const admitted = admission.admit(requestFor({ token: client.token }), [], {
      onLease: begin,
      onRefusal: (refusal) => {
        throw new Error(refusal.detail)
      },
    })
    if ('lease' in admitted) begin(admitted.lease)
  }
  for (const client of clients) for (let n = 0; n < client.parallel; n += 1) send(client)
  for (let done = 0; done < requests; done += 1) {
    running.sort((a, b) => b.endsAt - a.endsAt)
    const ended = running.pop()
    if (!ended) throw new Error('nothing is in flight')
    advance(Math.max(0, ended.endsAt - clock.now()))
    const { client, tokens } = ended
    if (done >= requests / 5) served.set(client.token.id, (served.get(client.token.id) ?? 0) + tokens)
    settle(ended.lease, tokens)
    send(client)
  }
  return served
}

const shareOf = (served: Map<number, number>, id: number): number =>
  (100 * (served.get(id) ?? 0)) / [...served.values()].reduce((sum, tokens) => sum + tokens, 0)

const fixed = { seed: 20_262, numRuns: effort(25, 8) }

describe('fairness under contention', () => {
  it('serves tokens without a guarantee equally, for any number and length of their requests', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 50, max: 400 }),
        (seed, many, long) => {
          const clients: Client[] = [
            { token: tokenConfig(1), parallel: many, lengths: [1, long] },
            { token: tokenConfig(2), parallel: 20, lengths: [1, 100] },
          ]
          expect(Math.abs(shareOf(contend(clients, 8, 3_000, seed), 1) - 50)).toBeLessThan(5)
        },
      ),
      fixed,
    )
  })

  it('keeps a guarantee of 30 % beside any number of others', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 3, max: 9 }), (seed, others) => {
        const guaranteed: Client = {
          token: tokenConfig(1, { guaranteedSharePercent: 30 }),
          parallel: 20,
          lengths: [1, 200],
        }
        const rest = Array.from({ length: others }, (_, index): Client => ({
          token: tokenConfig(index + 2),
          parallel: 20,
          lengths: [1, 200],
        }))
        const share = shareOf(contend([guaranteed, ...rest], 8, 4_000, seed), 1)
        expect(share).toBeGreaterThan(29)
        expect(share, 'it is preferred no further').toBeLessThan(36)
      }),
      fixed,
    )
  })

  it('serves others with the unused part of a guarantee', () => {
    const idle = tokenConfig(1, { guaranteedSharePercent: 80 })
    const served = contend(
      [
        { token: idle, parallel: 0, lengths: [1, 1] },
        { token: tokenConfig(2), parallel: 20, lengths: [1, 200] },
        { token: tokenConfig(3), parallel: 20, lengths: [1, 200] },
      ],
      8,
      2_000,
      1,
    )
    expect(shareOf(served, 2) + shareOf(served, 3)).toBe(100)
  })
})

describe('any sequence of events', () => {
  it('ends every request in one lease or one refusal, and loses no slot', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('submit' as const), token: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constantFrom('settle' as const, 'cancel' as const), index: fc.nat(50) }),
      fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(6_000) }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150 }), (actions) => {
        const tokens = [tokenConfig(1), tokenConfig(2, { requestPriority: 1 }), tokenConfig(3)]
        const endpoints = [endpointConfig(1, { maxConcurrent: 2 }), endpointConfig(2, { maxConcurrent: 1 })]
        const { admission, state, advance, waiting, timers } = startAdmission({
          endpoints,
          tokens,
          maxWaiting: 5,
        })
        const running: Lease[] = []
        const left = new Set<() => void>()
        let submitted = 0
        let ended = 0
        for (const one of actions) {
          if (one.kind === 'advance') advance(one.ms)
          else if (one.kind === 'settle') {
            const [lease] = running.splice(one.index % Math.max(1, running.length), 1)
            if (lease) settle(lease, 5)
          } else if (one.kind === 'cancel') {
            const cancel = [...left][one.index % Math.max(1, left.size)]
            cancel?.()
          } else {
            submitted += 1
            let calls = 0
            const once = (): void => {
              calls += 1
              expect(calls).toBe(1)
              ended += 1
            }
            const admitted = admission.admit(
              requestFor({ token: ('token' in one && tokens[one.token - 1]) || null }),
              [],
              {
                onLease(lease) {
                  once()
                  left.delete(cancel)
                  running.push(lease)
                },
                onRefusal() {
                  once()
                  left.delete(cancel)
                },
              },
            )
            const cancel = (): void => {
              if (!left.delete(cancel) || !('waiting' in admitted)) return
              admitted.waiting.cancel()
              once()
            }
            if ('waiting' in admitted) left.add(cancel)
            else once()
            if ('lease' in admitted) running.push(admitted.lease)
          }
          expect(state.totals.inflight).toBe(running.length)
          expect(waiting()).toBe(left.size)
          // No request waits while a slot is free.
          if (waiting() > 0) expect(running.length).toBe(3)
        }
        while (running.length > 0) settle(running.pop() as Lease, 1)
        advance(5_000)
        while (running.length > 0) settle(running.pop() as Lease, 1)
        expect(ended).toBe(submitted)
        expect(timers.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a cooldown that concerns one client', () => {
  const failure = {
    ...{ promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 1 },
    ...{ outcome: 'failure' as const, mayBeRequestFault: true },
  }

  it('begun while requests wait refuses those of that client alone', () => {
    const [anna, bert] = [tokenConfig(1), tokenConfig(2)]
    const endpoints = [endpointConfig(1, { maxConcurrent: 3 })]
    const { admission, advance } = startAdmission({ endpoints, tokens: [anna, bert] })
    const running = [1, 2, 3].map(() => submit(admission, requestFor({ token: anna })))
    const waitsInVain = submit(admission, requestFor({ token: anna }))
    const waits = [1, 2, 3].map(() => submit(admission, requestFor({ token: bert })))
    for (const { lease } of running) lease?.settle(failure)
    advance(1_000)
    // Its turn came after the first failure: the cooldown began with the last one.
    waitsInVain.lease?.settle(failure)
    expect(waits.map(({ lease }) => lease?.endpoint.config.id)).toEqual([1, 1, 1])
    expect(submit(admission, requestFor({ token: anna })).refusal?.code).toBe('LB_ERR_ALL_COOLING')
  })

  it('lets requests of others that wait with the same candidates pass those of that client', () => {
    const [anna, bert] = [tokenConfig(1), tokenConfig(2)]
    const endpoints = [endpointConfig(1, { maxConcurrent: 1 })]
    const { admission } = startAdmission({ endpoints, tokens: [anna, bert] })
    const waiting = [1, 2, 3, 4, 5, 6].map(() => submit(admission, requestFor({ token: anna })))
    const other = submit(admission, requestFor({ token: bert }))
    for (const { lease } of waiting) lease?.settle(failure)
    expect(other.lease).toBeDefined()
  })
})
