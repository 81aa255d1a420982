import { describe, expect, it } from 'vitest'
import { endpointView, type EndpointView } from '../../../src/contract/endpoint.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { EVERYONE, type Scope } from '../../../src/core/lease/scope.ts'
import type { ClientTokenView } from '../../../src/contract/client-token.ts'
import { tripFor } from '../../support/gateway/gateway-fixture.ts'
import { startAdmin, type Admin } from '../start-admin.ts'

const wires = async ({ call }: Admin): Promise<[number, number][]> => {
  const { body } = await call('GET', '/state')
  return body.wires.map((wire) => [wire.incoming_block_id, wire.endpoint_id])
}

describe('creating an endpoint', () => {
  it('returns the endpoint with its defaults', async () => {
    const { call } = await startAdmin()
    const { status, body } = await call('POST', '/endpoints', {
      name: 'a',
      base_url: 'http://127.0.0.1:9001/v1//',
    })
    expect(status).toBe(200)
    expect(() => endpointView.strict().parse(body)).not.toThrow()
    expect(body).toMatchObject({
      id: 1,
      name: 'a',
      base_url: 'http://127.0.0.1:9001/v1',
      has_api_key: false,
      api_key_preview: '',
      auth_style: 'bearer',
      timeout_seconds: 90,
      verify_tls: true,
      enabled: true,
      connected: false,
      token_quota_percent: 0,
      priority_order: 10,
      max_concurrent: 0,
      request_stream_usage: true,
      retry_on_timeout: false,
      models: [],
      apis: [],
      health_check_path: null,
      health_check_interval_seconds: 10,
      health_check_timeout_seconds: 3,
      pos_x: 500,
      pos_y: 200,
      total_requests: 0,
      inflight: 0,
      cooldown_remaining_s: 0,
      breaker_state: 'closed',
      healthy: true,
      health_check_error: null,
      last_error: null,
      last_error_age_s: null,
    })
  })

  it('keeps every field that is given, the key only by its preview', async () => {
    const { call, state } = await startAdmin()
    const fields = {
      name: 'GPU 1.a_b-c',
      base_url: 'https://gpu.example:8443/openai',
      auth_style: 'both',
      timeout_seconds: 12.5,
      verify_tls: false,
      enabled: false,
      token_quota_percent: 33.3,
      priority_order: 0,
      max_concurrent: 100000,
      request_stream_usage: false,
      retry_on_timeout: true,
      models: ['llama-3', 'qwen-*'],
      health_check_path: '/v1/models?limit=1',
      health_check_interval_seconds: 2.5,
      health_check_timeout_seconds: 0.5,
      pos_x: -5,
      pos_y: 7.25,
    }
    const { body } = await call('POST', '/endpoints', { ...fields, api_key: 'sk-1234567890' })
    expect(body).toMatchObject({ ...fields, has_api_key: true, api_key_preview: 'sk-1...7890' })
    expect(body).not.toHaveProperty('api_key')
    expect(state.snapshot().endpoints[0]?.apiKey).toBe('sk-1234567890')
  })

  it('writes the base URL as browsers do', async () => {
    const { call } = await startAdmin()
    const { body } = await call('POST', '/endpoints', { name: 'a', base_url: ' HTTP://Host:80\\v1/? ' })
    expect(body.base_url).toBe('http://host/v1')
  })

  it('refuses the name of another endpoint', async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a')
    const { status, body } = await call('POST', '/endpoints', { name: 'a', base_url: 'http://127.0.0.1' })
    expect(status).toBe(409)
    expect(body.code).toBe('LB_ERR_CONFLICT')
  })

  it.each(['', ' a', 'a ', 'a/b', 'ä', 'x'.repeat(121), 'a\nb'])('refuses the name %j', async (name) => {
    const { call } = await startAdmin()
    const { status, body } = await call('POST', '/endpoints', { name, base_url: 'http://127.0.0.1' })
    expect(status).toBe(422)
    expect(body.errors[0]?.pointer).toBe('/name')
  })

  it.each([
    'ftp://a',
    'http://',
    'a.example',
    'http://a?x=1',
    'http://a#b',
    'http://u@a',
    '//a',
    'javascript:alert(1)',
  ])('refuses the base URL %s', async (base_url) => {
    const { call } = await startAdmin()
    const { status, body } = await call('POST', '/endpoints', { name: 'a', base_url })
    expect(status).toBe(422)
    expect(body.errors[0]?.pointer).toBe('/base_url')
  })
})

describe('changing an endpoint', () => {
  it('changes the given fields and leaves the others', async () => {
    const { call, endpoint, state } = await startAdmin()
    const id = await endpoint('a', { api_key: 'sk-1234567890', max_concurrent: 4 })
    const { status, body } = await call('PATCH', `/endpoints/${id}`, { name: 'b', token_quota_percent: 50 })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'b',
      token_quota_percent: 50,
      max_concurrent: 4,
      timeout_seconds: 90,
      api_key_preview: 'sk-1...7890',
    })
    expect(state.endpoint(id).config.quotaPercent).toBe(50)
  })

  it('removes the key with an empty text', async () => {
    const { call, endpoint } = await startAdmin()
    const id = await endpoint('a', { api_key: 'sk-1234567890' })
    const { body } = await call('PATCH', `/endpoints/${id}`, { api_key: '' })
    expect(body).toMatchObject({ has_api_key: false, api_key_preview: '' })
  })

  it('refuses the name of another endpoint and takes its own', async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a')
    const id = await endpoint('b')
    expect((await call('PATCH', `/endpoints/${id}`, { name: 'a' })).status).toBe(409)
    expect((await call('PATCH', `/endpoints/${id}`, { name: 'b' })).status).toBe(200)
  })

  it('reports an unknown endpoint', async () => {
    const { call } = await startAdmin()
    const { status, body } = await call('PATCH', '/endpoints/9', { name: 'a' })
    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'LB_ERR_NOT_FOUND', detail: 'There is no endpoint 9.' })
  })
})

describe('connected', () => {
  it('wires an endpoint without wires to every block', async () => {
    const admin = await startAdmin()
    await admin.call('POST', '/incoming-blocks', { name: 'second' })
    const { body } = await admin.call('POST', '/endpoints', {
      name: 'a',
      base_url: 'http://127.0.0.1',
      connected: true,
    })
    expect(body.connected).toBe(true)
    expect(await wires(admin)).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('true changes nothing if the endpoint has a wire', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a')
    await admin.call('POST', '/incoming-blocks', { name: 'second' })
    await admin.call('PUT', `/wires/2/${id}`)
    const { body } = await admin.call('PATCH', `/endpoints/${id}`, { connected: true })
    expect(body.connected).toBe(true)
    expect(await wires(admin)).toEqual([[2, id]])
  })

  it('false removes all wires of this endpoint and of no other', async () => {
    const admin = await startAdmin()
    await admin.call('POST', '/incoming-blocks', { name: 'second' })
    const id = await admin.endpoint('a', { connected: true })
    const other = await admin.endpoint('b', { connected: true })
    const { body } = await admin.call('PATCH', `/endpoints/${id}`, { connected: false })
    expect(body.connected).toBe(false)
    expect(await wires(admin)).toEqual([
      [1, other],
      [2, other],
    ])
    expect((await admin.audit())[0]).toMatchObject({
      action: 'endpoint.update',
      before: { connected: true, incoming_block_ids: [1, 2] },
      after: { connected: false, incoming_block_ids: [] },
    })
  })
})

describe('deleting and restoring an endpoint', () => {
  it('removes it from the state, frees its name and never reuses its id', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a', { connected: true })
    const deleted = await admin.call('DELETE', `/endpoints/${id}`)
    expect(deleted).toMatchObject({ status: 200, body: { ok: true } })
    const { body: state } = await admin.call('GET', '/state')
    expect([state.endpoints, state.wires, state.stats.inflight_per_endpoint]).toEqual([[], [], {}])
    expect(await admin.endpoint('a')).toBe(id + 1)
    expect((await admin.call('DELETE', `/endpoints/${id}`)).status).toBe(404)
    expect((await admin.call('PATCH', `/endpoints/${id}`, { name: 'b' })).status).toBe(404)
    expect((await admin.call('PUT', `/wires/1/${id}`)).status).toBe(404)
  })

  it('clears it from the tokens that preferred it', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a')
    await admin.call('POST', '/tokens', { name: 't', preferred_endpoint_id: id })
    await admin.call('DELETE', `/endpoints/${id}`)
    expect((await admin.call<ClientTokenView[]>('GET', '/tokens')).body[0]?.preferred_endpoint_id).toBeNull()
    expect((await admin.audit())[0]?.before).toMatchObject({ preferred_by_client_token_ids: [1] })
  })

  it('brings it back with id, wires, key and counters', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a', { connected: true, api_key: 'sk-1234567890' })
    admin.state.ledger.endpoint(id).totalRequests = 5
    const { body: before } = await admin.call('GET', '/state')
    await admin.call('DELETE', `/endpoints/${id}`)
    const { status, body } = await admin.call('POST', `/endpoints/${id}/restore`)
    expect(status).toBe(200)
    expect(body).toEqual({ ...before.endpoints[0], updated_at: body.updated_at })
    expect(body.total_requests).toBe(5)
    expect((await admin.call('GET', '/state')).body.wires).toEqual(before.wires)
    expect(admin.state.snapshot().endpointById.get(id)?.apiKey).toBe('sk-1234567890')
  })

  it('brings it back after a restart', async () => {
    const first = await startAdmin()
    const id = await first.endpoint('a', { connected: true })
    first.state.ledger.endpoint(id).completionTokens = 7
    first.state.ledger.markEndpointDirty(id)
    await first.store.writeCounters(first.state.ledger.takeDirty())
    await first.call('DELETE', `/endpoints/${id}`)
    await first.close()
    const second = await startAdmin({ path: first.path })
    const { body } = await second.call('POST', `/endpoints/${id}/restore`)
    expect(body).toMatchObject({ id, name: 'a', connected: true, completion_tokens_total: 7 })
  })

  it('refuses to restore it if its name is taken, if it is live and if it never existed', async () => {
    const { call, endpoint } = await startAdmin()
    const id = await endpoint('a')
    expect((await call('POST', `/endpoints/${id}/restore`)).status).toBe(404)
    expect((await call('POST', '/endpoints/77/restore')).status).toBe(404)
    await call('DELETE', `/endpoints/${id}`)
    await endpoint('a')
    expect((await call('POST', `/endpoints/${id}/restore`)).status).toBe(409)
  })
})

describe('the health check of an endpoint', () => {
  it.each([
    ['', null],
    [null, null],
    ['/', '/'],
    ['/health', '/health'],
    ['/v1/models?limit=1&q=/completions', '/v1/models?limit=1&q=/completions'],
    ['/~a/%20b;c=1', '/~a/%20b;c=1'],
  ])('may be %j', async (given, shown) => {
    const { call, endpoint, state } = await startAdmin()
    const id = await endpoint('a', { health_check_path: '/before' })
    const { status, body } = await call('PATCH', `/endpoints/${id}`, { health_check_path: given })
    expect([status, body.health_check_path]).toEqual([200, shown])
    expect(state.snapshot().endpoints[0]?.healthCheckPath).toBe(shown)
  })

  it.each([
    'health',
    '//other.example/health',
    '/with space',
    '/with#fragment',
    '/ümlaut',
    '/line\nbreak',
    '/%zz',
    '/v1/chat/completions',
    '/v1/Completions?x',
    '/v1/comple%74ions',
    '/v1/embeddings',
    '/v1/messages',
    '/v1/responses/1',
    '/health_generate',
    `/${'x'.repeat(512)}`,
  ])('may not be %j', async (health_check_path) => {
    const { call } = await startAdmin()
    const fields = { name: 'a', base_url: 'http://127.0.0.1', health_check_path }
    const { status, body } = await call('POST', '/endpoints', fields)
    expect([status, body.errors[0]?.pointer]).toEqual([422, '/health_check_path'])
  })

  it.each([
    ['health_check_interval_seconds', 0.9],
    ['health_check_interval_seconds', 3601],
    ['health_check_timeout_seconds', 0],
    ['health_check_timeout_seconds', 61],
  ])('has its times bounded: %s is not %d', async (field, value) => {
    const { call } = await startAdmin()
    const { status, body } = await call('POST', '/endpoints', {
      name: 'a',
      base_url: 'http://127.0.0.1',
      [field]: value,
    })
    expect([status, body.errors[0]?.pointer]).toEqual([422, `/${field}`])
  })
})

describe('the models of an endpoint', () => {
  it('are kept in their order without duplicates, and an empty list removes them', async () => {
    const { call, endpoint, state } = await startAdmin()
    const id = await endpoint('a', { models: ['qwen-*', 'llama-3', 'qwen-*', '*', 'llama-3'] })
    expect((await call('GET', `/endpoints/${id}`)).body.models).toEqual(['qwen-*', 'llama-3', '*'])
    await call('PATCH', `/endpoints/${id}`, { name: 'b' })
    expect(state.snapshot().endpoints[0]?.models).toEqual(['qwen-*', 'llama-3', '*'])
    const { status, body } = await call('PATCH', `/endpoints/${id}`, { models: [] })
    expect([status, body.models]).toEqual([200, []])
  })

  it('are in the audit before and after a change, and a restored endpoint has them', async () => {
    const { call, endpoint, audit } = await startAdmin()
    const id = await endpoint('a', { models: ['llama-3'] })
    await call('PATCH', `/endpoints/${id}`, { models: ['llama-3', '*'] })
    expect((await audit())[0]).toMatchObject({
      before: { models: ['llama-3'] },
      after: { models: ['llama-3', '*'] },
    })
    await call('PATCH', `/endpoints/${id}`, { models: ['llama-3', '*'] })
    expect((await audit())[0]).toMatchObject({ before: {}, after: {} })
    await call('DELETE', `/endpoints/${id}`)
    expect((await call('POST', `/endpoints/${id}/restore`)).body.models).toEqual(['llama-3', '*'])
  })

  it('may be a thousand', async () => {
    const { call, endpoint } = await startAdmin()
    const models = Array.from({ length: 1000 }, (_, index) => `m${index}`)
    const { body } = await call('PATCH', `/endpoints/${await endpoint('a')}`, { models })
    expect(body.models).toEqual(models)
  })

  it.each([
    ['an empty name', ['a', ''], '/models/1'],
    ['a space', ['a b'], '/models/0'],
    ['a line break', ['a\nb'], '/models/0'],
    ['a control character', ['a', 'b\u0000'], '/models/1'],
    ['a name that is too long', ['x'.repeat(257)], '/models/0'],
    ['more than a thousand', Array.from({ length: 1001 }, () => 'a'), '/models'],
    ['a name instead of a list', 'a', '/models'],
    ['null', null, '/models'],
    ['a number', [1], '/models/0'],
  ])('may not have %s', async (_what, models, pointer) => {
    const { call, endpoint, state } = await startAdmin()
    const id = await endpoint('a', { models: ['before'] })
    const { status, body } = await call('PATCH', `/endpoints/${id}`, { models })
    expect([status, body.errors.map((error) => error.pointer)]).toEqual([422, [pointer]])
    expect(state.snapshot().endpoints[0]?.models).toEqual(['before'])
  })
})

describe('the standing of an endpoint', () => {
  it('is shown with its last error', async () => {
    const { call, endpoint, state, time } = await startAdmin()
    const runtime = state.endpoint(await endpoint('a'))
    const shown = async () => (await call('GET', '/state')).body.endpoints[0]
    runtime.tripped = tripFor(5_000, time.nowMs)
    runtime.unhealthy = true
    runtime.healthCheckError = 'no answer in time'
    runtime.lastError = { text: 'answered with status 503', atMs: time.nowMs - 1_500 }
    expect(await shown()).toMatchObject({
      breaker_state: 'open',
      cooldown_remaining_s: 5,
      healthy: false,
      health_check_error: 'no answer in time',
      last_error: 'answered with status 503',
      last_error_age_s: 1.5,
    })
    time.nowMs += 5_000
    expect(await shown()).toMatchObject({ breaker_state: 'half_open', cooldown_remaining_s: 0 })
  })

  it('names the client and the model that a cooldown concerns, in the state and among live figures', async () => {
    const { call, endpoint, state, time } = await startAdmin()
    const id = await endpoint('a')
    const { id: tokenId } = (await call<ClientTokenView>('POST', '/tokens', { name: 'team-a' })).body
    const shown = async () => {
      const { body: one } = await call<EndpointView>('GET', `/endpoints/${id}`)
      const { body: live } = await call<LiveView>('GET', '/live')
      expect(live.endpoints[0]?.cooldown_scope).toEqual(one.cooldown_scope)
      return one.cooldown_scope
    }
    const trip = (scope: Scope, isForEveryone = false): void => {
      state.endpoint(id).tripped = { ...tripFor(5_000, time.nowMs), scope, isForEveryone }
    }
    expect(await shown()).toBeNull()
    trip(EVERYONE, true)
    expect(await shown()).toBeNull()
    const client = { client_token_id: tokenId, name: 'team-a' }
    trip({ client: tokenId, model: undefined })
    expect(await shown()).toEqual({ client, model: null, others: 'served' })
    trip({ client: tokenId, model: 'm' }, true)
    expect(await shown()).toEqual({ client, model: 'm', others: 'probed' })
    trip({ client: '192.0.2.7', model: undefined })
    const unknown = { client_token_id: null, name: null }
    expect(await shown()).toEqual({ client: unknown, model: null, others: 'served' })
    await call('POST', `/endpoints/${id}/reset`)
    expect(await shown()).toBeNull()
  })

  it('is reset manually, which admits waiting requests and leaves an audit row', async () => {
    const { call, capacityChanges, endpoint, state, time, audit } = await startAdmin()
    const id = await endpoint('a')
    const runtime = state.endpoint(id)
    runtime.tripped = tripFor(5_000, time.nowMs)
    runtime.lastError = { text: 'answered with status 503', atMs: time.nowMs }
    Object.assign(runtime.counters, { consecutiveFailures: 3, totalFailures: 3 })
    const { status, body } = await call('POST', `/endpoints/${id}/reset`)
    expect(status).toBe(200)
    expect(() => endpointView.strict().parse(body)).not.toThrow()
    expect(body).toMatchObject({
      id,
      breaker_state: 'closed',
      cooldown_remaining_s: 0,
      consecutive_failures: 0,
      total_failures: 3,
      last_error: null,
    })
    expect(capacityChanges()).toBe(1)
    expect(state.ledger.takeDirty().endpoints.get(id)).toMatchObject({ consecutiveFailures: 0 })
    expect((await audit())[0]).toMatchObject({
      action: 'endpoint.reset',
      object_type: 'endpoint',
      object_id: String(id),
      before: null,
      after: null,
    })
  })

  it('cannot be reset for an unknown endpoint', async () => {
    const { call, endpoint } = await startAdmin()
    await call('DELETE', `/endpoints/${await endpoint('a')}`)
    expect((await call('POST', '/endpoints/1/reset')).status).toBe(404)
    expect((await call('POST', '/endpoints/9/reset')).status).toBe(404)
  })
})
