// Failed and slow requests stay listed when others have taken the places of the last thousand.
import { expect, it } from 'vitest'
import { createDecisionLog } from '../../../src/core/decisions/decision-log.ts'
import { mayBeKept } from '../../../src/core/decisions/kept-decisions.ts'
import { selectionFacts } from '../../../src/core/decisions/selection-facts.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'

const success: Settlement = {
  outcome: 'success',
  status: 200,
  promptTokens: 1,
  completionTokens: 1,
  deltas: 1,
  latencyMs: 10,
}

function fixture() {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1)]), clock.now)
  const placer = createPlacer({ clock: clock.now, endpoints: () => 1 })
  const log = createDecisionLog({ clock: clock.now, now: clock.now })
  const [wire] = state.wires(1)
  /** @param tried - grows as the request goes on. */
  const begin = (tried: EndpointRuntime[] = [], isQueued = false) => {
    const request = requestFor({ stream: true })
    const facts = selectionFacts({ state, placer }, request, tried, wire, clock.now())
    return log
      .record(facts, isQueued)
      .follow({ startMs: clock.now(), begin: () => undefined, settle: () => undefined })
  }
  const serve = (count: number, result: Partial<Settlement> = {}) => {
    for (let index = 0; index < count; index += 1) begin().settle({ ...success, ...result })
  }
  return { clock, state, log, begin, serve }
}

it('keeps the last 500 failures with their error, and 500 slow requests, apart from the last thousand', () => {
  const { clock, log, begin, serve } = fixture()
  const slow = begin()
  clock.advance(6_000)
  slow.begin()
  slow.settle({ ...success, latencyMs: 7_000 })
  serve(600, { outcome: 'failure', status: 502, error: 'x'.repeat(1_000), latencyMs: 40 })
  serve(2_000)
  const failures = log.list({ outcome: 'failure' }, 1_000)
  expect(failures).toHaveLength(500)
  expect(failures.map(({ number }) => number)).toEqual(Array.from({ length: 500 }, (_, index) => 601 - index))
  expect(failures[0]).toMatchObject({ status: 502, error: 'x'.repeat(300), durationMs: 40, endpointId: 1 })
  expect(failures[0]?.candidates).toHaveLength(1)
  expect(log.list({ slowerThanMs: 5_000 }, 10)).toMatchObject([{ number: 1, firstTokenMs: 6_000 }])
  expect(log.list({ slowerThanMs: 6_001 }, 10)).toEqual([])
  expect(log.list({}, 1_000)).toHaveLength(1_000)
})

it('keeps a failure of a request that has outlasted a thousand others', () => {
  const { state, log, begin, serve } = fixture()
  const tried: EndpointRuntime[] = []
  const long = begin(tried, true)
  tried.push(state.endpoint(1))
  serve(1_500)
  long.settle({ ...success, outcome: 'failure', error: 'broke off', latencyMs: 90_000 })
  const [found] = log.list({ outcome: 'failure' }, 10)
  expect(found).toMatchObject({ number: 1, endpointId: 1, blockId: 1, error: 'broke off', candidates: [] })
  expect(found, 'what was known at its selection').toMatchObject({ attempt: 1, isQueued: true })
  expect(log.list({}, 1)[0]).toMatchObject({ number: 1_501, outcome: 'success' })
})

it.each<[Partial<Settlement>, boolean]>([
  [{ latencyMs: 4_999 }, false],
  [{ latencyMs: 5_000 }, true],
  [{ outcome: 'aborted', latencyMs: 4_999 }, false],
  [{ outcome: 'failure', latencyMs: 1 }, true],
])('of a request that ended with %j, says whether it may be kept: %s', (values, is) => {
  expect(mayBeKept({ ...success, ...values })).toBe(is)
})
