import { expect, it } from 'vitest'
import { tripFor } from '../../support/gateway/gateway-fixture.ts'
import { startAdmin } from '../start-admin.ts'

const answer = { body: new Uint8Array(10), contentType: 'application/json' }

it('reset-stats zeroes counters, windows and cooldowns and empties the cache', async () => {
  const { call, capacityChanges, endpoint, state, cache, time, trafficShare } = await startAdmin()
  const id = await endpoint('a', { connected: true })
  await call('POST', '/tokens', { name: 't' })
  Object.assign(state.ledger.endpoint(id), {
    totalRequests: 3,
    consecutiveFailures: 3,
    avgLatencyMs: 12.3456,
  })
  Object.assign(state.ledger.token(1), { totalRequests: 3, promptTokens: 9 })
  state.endpoint(id).tripped = tripFor(12_345, time.nowMs)
  state.endpoint(id).inflight = 1
  Object.assign(state.totals, { requestsServed: 3, errors: 1, inflight: 1, queued: 2 })
  state.traffic.settle(
    state.traffic.begin({ blockId: 1, token: null }, id, { model: null, aliasId: undefined }),
    {
      outcome: 'success',
      promptTokens: 1,
      completionTokens: 50,
      deltas: 0,
      latencyMs: 1,
    },
  )
  cache.set('key', answer)
  trafficShare.record(1)

  expect((await call('GET', '/state')).body).toMatchObject({
    endpoints: [{ total_requests: 3, avg_latency_ms: 12.346, inflight: 1, cooldown_remaining_s: 12.345 }],
    client_tokens: [{ total_requests: 3, prompt_tokens_total: 9 }],
    stats: {
      tokens_per_second: 100,
      total_inflight: 1,
      queued: 2,
      inflight_per_endpoint: { [id]: 1 },
      total_requests_served: 3,
      total_errors: 1,
    },
  })

  expect((await call('POST', '/reset-stats')).body).toEqual({ ok: true })
  expect((await call('GET', '/state')).body).toMatchObject({
    endpoints: [
      {
        total_requests: 0,
        consecutive_failures: 0,
        avg_latency_ms: 0,
        inflight: 1,
        cooldown_remaining_s: 0,
        breaker_state: 'closed',
      },
    ],
    client_tokens: [{ total_requests: 0, prompt_tokens_total: 0 }],
    stats: { tokens_per_second: 0, total_inflight: 1, queued: 2, total_requests_served: 0, total_errors: 0 },
  })
  expect(capacityChanges()).toBe(1)
  expect(cache.size()).toBe(0)
  expect(trafficShare.percent(1)).toBe(0)
  expect(state.ledger.takeDirty().endpoints.get(id)).toMatchObject({ totalRequests: 0 })
})

it('cache/clear empties the cache and nothing else', async () => {
  const { call, endpoint, state, cache } = await startAdmin()
  const id = await endpoint('a')
  state.ledger.endpoint(id).totalRequests = 3
  cache.set('key', answer)
  expect((await call('POST', '/cache/clear')).body).toEqual({ ok: true })
  expect(cache.size()).toBe(0)
  expect(state.ledger.endpoint(id).totalRequests).toBe(3)
})

it('every operation leaves an audit row', async () => {
  const { call, audit } = await startAdmin()
  await call('POST', '/reset-stats')
  await call('POST', '/cache/clear')
  expect((await call('POST', '/db/vacuum')).body).toEqual({ ok: true })
  expect(await audit()).toMatchObject(
    ['gateway.vacuum_db', 'gateway.clear_cache', 'gateway.reset_stats'].map((action) => ({
      action,
      object_type: 'gateway',
      object_id: null,
      before: null,
      after: null,
    })),
  )
})
