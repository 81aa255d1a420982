import { expect, it } from 'vitest'
import type { Candidate } from '../../../src/core/decisions/candidate-table.ts'
import type { Decision } from '../../../src/core/decisions/decision.ts'
import { routeText } from '../../../src/core/decisions/route-text.ts'

const candidate = (endpointId: number, values: Partial<Candidate> = {}): Candidate => ({
  endpointId,
  state: 'eligible',
  pass: 0,
  rank: 10,
  inflight: 0,
  firstTokenMs: undefined,
  queueMs: undefined,
  cachedTokens: undefined,
  ...values,
})

const decision = {
  mode: 'balanced',
  placement: 'prefix',
  reason: 'least expected time',
  promptTokens: 600.4,
  endpointId: 2,
} as Decision

it.each<[Partial<Decision>, Partial<Candidate>, string]>([
  [
    {},
    { cachedTokens: 511.6, queueMs: 12.4 },
    'balanced/prefix; least-expected-time; hit=512/600; wait=12ms',
  ],
  [{}, {}, 'balanced/prefix; least-expected-time; hit=0/600'],
  [
    { placement: 'quota_order', reason: 'policy order' },
    { cachedTokens: 5 },
    'balanced/quota-order; policy-order',
  ],
  [{ placement: 'load' }, { queueMs: 0 }, 'balanced/load; least-expected-time; wait=0ms'],
  [{ endpointId: 3 }, { queueMs: 5 }, 'balanced/prefix; least-expected-time; hit=0/600'],
])('says in a few words why an endpoint was selected: %j of %j', (values, selected, text) => {
  const candidates = [candidate(1, { cachedTokens: 7, queueMs: 7 }), candidate(2, selected)]
  expect(routeText({ ...decision, ...values }, candidates)).toBe(text)
})
