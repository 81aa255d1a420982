import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { startAdmin, type Admin } from '../start-admin.ts'
import { effort } from '../../support/effort.ts'

const ETAG = /^"[0-9a-f]{32}"$/

async function someConfiguration() {
  const admin = await startAdmin()
  await admin.endpoint('a', { connected: true, api_key: 'sk-first-key-0001' })
  await admin.endpoint('b')
  await admin.call('POST', '/incoming-blocks', { name: 'second' })
  await admin.call('POST', '/tokens', { name: 't' })
  await admin.call('POST', '/tokens', { name: 'u' })
  await admin.call('POST', '/model-aliases', { name: 'alias', targets: [{ model: 'm' }] })
  return admin
}

const readState = async (admin: Admin): Promise<StateView> => (await admin.call('GET', '/state')).body

/** All etags of the state, by object. */
const etagsOf = (state: StateView): Record<string, string> => ({
  state: state.etag,
  routing: state.routing_etag,
  ...Object.fromEntries([
    ...state.endpoints.map(({ id, etag }) => [`endpoints/${id}`, etag] as const),
    ...state.incoming_blocks.map(({ id, etag }) => [`incoming-blocks/${id}`, etag] as const),
    ...state.client_tokens.map(({ id, etag }) => [`tokens/${id}`, etag] as const),
    ...state.model_aliases.map(({ id, etag }) => [`model-aliases/${id}`, etag] as const),
  ]),
})

/** Names of those that differ between the two states. */
function changedBetween(before: StateView, after: StateView): string[] {
  const [old, now] = [etagsOf(before), etagsOf(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => old[name] !== now[name])
}

const position = fc.double({ min: -1_000_000, max: 1_000_000, noNaN: true })
const place = fc.record({ pos_x: position, pos_y: position })
const placesOf = (...ids: number[]) => fc.tuple(...ids.map((id) => place.map((at) => ({ id, ...at }))))
const moves = fc.oneof(
  fc
    .record({ endpoints: placesOf(1, 2), incoming_blocks: placesOf(1, 2), client_tokens: placesOf(1, 2) })
    .map((body) => ({ route: '/positions', body }) as const),
  place.map((body) => ({ route: '/incoming-pos', body }) as const),
  fc
    .tuple(fc.constantFrom('/endpoints/1', '/incoming-blocks/2', '/tokens/1'), place)
    .map(([route, body]) => ({ route, body }) as const),
)

const percent = fc.integer({ min: 0, max: 100 })
const name = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 12 })
const endpointFields: Record<string, fc.Arbitrary<unknown>> = {
  name: name.map((text) => `x${text}`),
  base_url: name.map((text) => `http://127.0.0.1:9/${text}`),
  api_key: fc.string({ unit: fc.constantFrom(...'abc123'), minLength: 0, maxLength: 20 }),
  timeout_seconds: fc.integer({ min: 1, max: 3600 }),
  verify_tls: fc.boolean(),
  enabled: fc.boolean(),
  token_quota_percent: percent,
  priority_order: fc.integer({ min: 0, max: 1000 }),
  max_concurrent: fc.integer({ min: 0, max: 1000 }),
  request_stream_usage: fc.boolean(),
  retry_on_timeout: fc.boolean(),
  auth_style: fc.constantFrom('bearer', 'x-api-key', 'both'),
  models: fc.uniqueArray(fc.constantFrom('llama-3', 'qwen-*', '*', '[]', 'a,b', '"'), { maxLength: 3 }),
  model_map: fc.dictionary(name, name, { maxKeys: 2 }),
  load_source: fc.constantFrom('none', 'vllm', 'auto'),
  group: fc.constantFrom('', 'rack 1', 'rack 2'),
  health_check_path: fc.constantFrom('/health', '/v1/models', null),
  health_check_interval_seconds: fc.integer({ min: 1, max: 3600 }),
  health_check_timeout_seconds: fc.integer({ min: 1, max: 60 }),
}
const tokenFields: Record<string, fc.Arbitrary<unknown>> = {
  name,
  incoming_block_id: fc.constantFrom(1, 2),
  preferred_endpoint_id: fc.constantFrom(1, 2, null),
  request_priority: fc.integer({ min: 0, max: 100_000 }),
  min_traffic_percent: percent,
  guaranteed_share_percent: percent,
}

const aliasFields: Record<string, fc.Arbitrary<unknown>> = {
  name,
  targets: fc.array(fc.record({ model: name, endpoint_id: fc.constantFrom(1, 2, null) }), {
    minLength: 1,
    maxLength: 2,
  }),
  on_full: fc.constantFrom('wait', 'next'),
  rewrite_response: fc.boolean(),
}
const blockRouting = {
  routing_mode: fc.constantFrom('percentage', 'priority', 'balanced', null),
  placement: fc.constantFrom('quota_order', 'load', 'prefix', null),
  session_affinity: fc.constantFrom('none', 'token', 'header:x-session-id'),
}
const patterns = fc.uniqueArray(fc.constantFrom('llama-3', 'qwen-*', '*'), { maxLength: 3 })

/** Two different values of a field, so that at least one differs from its present value. */
const edits = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  Object.entries(fields).map(([field, value]) => ({
    field,
    values: fc.uniqueArray(value, { minLength: 2, maxLength: 2 }),
  }))

describe('etags', () => {
  it('stay the same when nodes are moved, by any route', async () => {
    const admin = await someConfiguration()
    const before = await readState(admin)
    await fc.assert(
      fc.asyncProperty(moves, async ({ route, body }) => {
        expect((await admin.call('PATCH', route, body)).status).toBe(200)
        expect(changedBetween(before, await readState(admin))).toEqual([])
      }),
      { numRuns: effort(60, 20) },
    )
    expect((await readState(admin)).incoming_blocks).not.toEqual(before.incoming_blocks)
  })

  it.each([
    ...edits(endpointFields).map((one) => ({ route: 'endpoints/1', ...one })),
    ...edits({ name, allowed_models: patterns, ...blockRouting }).map((one) => ({
      route: 'incoming-blocks/1',
      ...one,
    })),
    ...edits({ ...tokenFields, allowed_models: patterns }).map((one) => ({ route: 'tokens/1', ...one })),
    ...edits(aliasFields).map((one) => ({ route: 'model-aliases/1', ...one })),
  ])('of $route and of the state change with $field, and with no field that stays', async (one) => {
    const { route, field, values: pairs } = one
    const admin = await someConfiguration()
    let changes = 0
    await fc.assert(
      fc.asyncProperty(pairs, async (values) => {
        for (const value of values) {
          const before = await readState(admin)
          const { status, headers } = await admin.call('PATCH', `/${route}`, { [field]: value })
          expect(status).toBe(200)
          // The key itself is never shown; the audit shows whether it has changed.
          const [row] = await admin.audit('?limit=1')
          const hasChanged = Object.keys(row?.after ?? {}).length > 0
          const after = await readState(admin)
          expect(changedBetween(before, after)).toEqual(hasChanged ? ['state', route] : [])
          expect(headers.get('etag')).toBe(etagsOf(after)[route])
          if (hasChanged) changes += 1
        }
      }),
      { numRuns: 5 },
    )
    expect(changes).toBeGreaterThan(0)
  })

  it('of the state change with wires, routing, and created and deleted objects', async () => {
    const admin = await someConfiguration()
    const changes = async (method: string, route: string, body?: object) => {
      const before = await readState(admin)
      expect((await admin.call(method, route, body)).status).toBe(200)
      return changedBetween(before, await readState(admin))
    }
    expect(await changes('PUT', '/wires/2/2')).toEqual(['state'])
    expect(await changes('DELETE', '/wires/1/1')).toEqual(['state'])
    expect(await changes('PATCH', '/routing', { routing_mode: 'priority' })).toEqual(['state', 'routing'])
    expect(await changes('PATCH', '/routing', { placement: 'load' })).toEqual(['state', 'routing'])
    expect(await changes('PATCH', '/routing', { priority_input_token_id: 1 })).toEqual(['state', 'routing'])
    expect(await changes('POST', '/tokens', { name: 'v' })).toEqual(['state', 'tokens/3'])
    expect(await changes('DELETE', '/tokens/1')).toEqual(['state', 'routing', 'tokens/1'])
    expect(await changes('POST', '/cache/clear')).toEqual([])
    expect(await changes('POST', '/endpoints/1/reset')).toEqual([])
  })

  it('are the same again when a change is reverted', async () => {
    const admin = await someConfiguration()
    const before = await readState(admin)
    await admin.call('PATCH', '/endpoints/1', { api_key: 'sk-first-key-2-0001', name: 'other' })
    const between = await readState(admin)
    await admin.call('PATCH', '/endpoints/1', { api_key: 'sk-first-key-0001', name: 'a' })
    const after = await readState(admin)
    expect(changedBetween(before, between)).toEqual(['state', 'endpoints/1'])
    expect(changedBetween(before, after)).toEqual([])
    expect(after.endpoints[0]?.updated_at).not.toBe(before.endpoints[0]?.updated_at)
  })

  it('are the same after a restart, and all different from each other', async () => {
    const first = await someConfiguration()
    const before = await readState(first)
    await first.close()
    const after = await readState(await startAdmin({ path: first.path }))
    expect(etagsOf(after)).toEqual(etagsOf(before))
    const all = Object.values(etagsOf(after))
    expect(new Set(all).size).toBe(all.length)
    for (const etag of all) expect(etag).toMatch(ETAG)
  })

  it('are sent as ETag header with each single object', async () => {
    const admin = await someConfiguration()
    for (const route of ['/state', '/endpoints/1', '/incoming-blocks/1', '/tokens/1']) {
      const { status, headers, body } = await admin.call('GET', route)
      expect(status, route).toBe(200)
      expect(body.etag).toMatch(ETAG)
      expect(headers.get('etag')).toBe(body.etag)
    }
    expect((await admin.call('GET', '/tokens')).headers.has('etag')).toBe(false)
    expect((await admin.call('GET', '/endpoints/9')).status).toBe(404)
  })
})
