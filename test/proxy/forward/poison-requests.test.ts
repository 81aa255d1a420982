// Requests that fail wherever they go, in any interleaving with others, against endpoints that fail by themselves.
import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { policy } from '../../support/gateway/closed-loop.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'
import {
  createScriptedForwards,
  type UpstreamResult,
  type OpenAttempt,
} from '../../support/gateway/scripted-forwards.ts'
import { effort } from '../../support/effort.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

const success: UpstreamResult = {
  status: 200,
  body: '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
}
const failures: readonly UpstreamResult[] = [
  { status: 500, body: '{"error":{"message":"worker died"}}' },
  { status: 200, body: '{"error":{"message":"worker died"}}' },
  { error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) },
  { error: Object.assign(new Error('silent'), { code: 'UPSTREAM_RESPONSE_TIMEOUT' }) },
]

// Together less than the five minutes for which a request is remembered.
const MAX_STEPS = 100
const MAX_STEP_MS = 2_900
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), request: fc.nat(5) }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), index: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(MAX_STEP_MS) }) },
  ),
  { maxLength: MAX_STEPS, size: 'max' },
)
const fleets = fc.record({
  quotas: fc.array(fc.constantFrom(0, 10, 50), { minLength: 2, maxLength: 5 }),
  attempts: fc.integer({ min: 1, max: 4 }),
})
const failure = fc.constantFrom(...failures)

const bodyOf = (request: number) => ({ messages: [{ role: 'user', content: `request ${request};` }] })
const requestOf = ({ body }: OpenAttempt): number => Number(/request (\d+);/.exec(body)?.[1])

interface Fleet {
  readonly quotas: readonly number[]
  readonly attempts: number
}

function start({ quotas, attempts }: Fleet) {
  const endpoints = quotas.map((quotaPercent, index) =>
    // A request that is not repeated after a timeout cannot show that it fails everywhere.
    endpointConfig(index + 1, { quotaPercent, retryOnTimeout: true }),
  )
  const forwards = createScriptedForwards(endpoints, attempts)
  const runtimes = endpoints.map(({ id }) => forwards.state.endpoint(id))
  return { ...forwards, runtimes }
}

/** Takes the steps, then settles every open attempt. @param check - called after each settled attempt. */
function follow(
  { open, send, clock }: ReturnType<typeof start>,
  taken: readonly (typeof steps extends fc.Arbitrary<(infer Step)[]> ? Step : never)[],
  resultOf: (attempt: OpenAttempt) => UpstreamResult,
  check: () => void = () => undefined,
): void {
  const settle = (attempt: OpenAttempt | undefined): void => {
    attempt?.settle(resultOf(attempt))
    check()
  }
  for (const step of taken) {
    if (step.kind === 'advance') clock.advance(step.ms)
    else if (step.kind === 'send') send(bodyOf(step.request))
    else settle(open[step.index % Math.max(1, open.length)])
  }
  while (open.length > 0) settle(open[0])
}

describe('poison requests among good ones', () => {
  it('are counted once each over all endpoints, however often and concurrently they are sent, and open no breaker', () => {
    const poisons = fc.integer({ min: 1, max: policy.failThreshold - 1 })
    fc.assert(
      fc.property(fleets, steps, failure, poisons, (fleet, taken, how, count) => {
        const running = start(fleet)
        const resultOf = (attempt: OpenAttempt): UpstreamResult =>
          requestOf(attempt) < count ? how : success
        follow(running, taken, resultOf, () => {
          const failures = running.runtimes.reduce(
            (sum, { counters }) => sum + counters.consecutiveFailures,
            0,
          )
          expect(failures).toBeLessThanOrEqual(count)
          expect(running.runtimes.map(({ tripped }) => tripped)).toEqual(fleet.quotas.map(() => null))
        })
      }),
      { numRuns: effort(300, 100) },
    )
  })
})

describe('an endpoint that fails by itself', () => {
  it('opens its breaker once its failures reach the threshold, whatever the requests and their order', () => {
    fc.assert(
      fc.property(fleets, steps, failure, (fleet, taken, how) => {
        const running = start(fleet)
        const still = taken.filter(({ kind }) => kind !== 'advance')
        follow(running, still, ({ endpointId }) => (endpointId === 1 ? how : success))
        const [bad, ...good] = running.runtimes
        expect(bad?.tripped !== null).toBe((bad?.counters.totalFailures ?? 0) >= policy.failThreshold)
        for (const { tripped, counters } of good)
          expect([tripped, counters.consecutiveFailures]).toEqual([null, 0])
      }),
      { numRuns: effort(300, 100) },
    )
  })
})

describe('endpoints that all fail', () => {
  it('open their breakers in the end, since not all requests can be poison', () => {
    fc.assert(
      fc.property(fleets, steps, failure, (fleet, taken, how) => {
        const running = start(fleet)
        const still = taken.filter(({ kind }) => kind !== 'advance')
        follow(running, still, () => how)
        let request = 100
        for (; request < 150 && running.send(bodyOf(request)); request += 1) {
          while (running.open.length > 0) running.open[0]?.settle(how)
        }
        expect(request - 100).toBeLessThanOrEqual(fleet.quotas.length * policy.failThreshold)
        expect(running.runtimes.every(({ tripped }) => tripped !== null)).toBe(true)
      }),
      { numRuns: effort(300, 100) },
    )
  })
})
