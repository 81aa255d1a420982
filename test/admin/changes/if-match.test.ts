import { describe, expect, it } from 'vitest'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { startAdmin } from '../start-admin.ts'

const STALE = '"00000000000000000000000000000000"'

interface Refused<Current> {
  readonly code: string
  readonly detail: string
  readonly current: Current | null
}

async function someConfiguration() {
  const admin = await startAdmin()
  await admin.endpoint('a', { connected: true })
  await admin.call('POST', '/incoming-blocks', { name: 'second' })
  await admin.call('POST', '/tokens', { name: 't' })
  const call = <Body>(method: string, route: string, ifMatch: string, body?: object) =>
    admin.call<Body>(method, route, body, { 'if-match': ifMatch })
  const state = async (): Promise<StateView> => (await admin.call('GET', '/state')).body
  return { admin, call, state }
}

const onObjects = [
  ['PATCH', '/endpoints/1', { name: 'mine' }],
  ['POST', '/endpoints/1/reset', undefined],
  ['DELETE', '/endpoints/1', undefined],
  ['PATCH', '/incoming-blocks/1', { name: 'mine' }],
  ['DELETE', '/incoming-blocks/1', undefined],
  ['PATCH', '/tokens/1', { name: 'mine' }],
  ['DELETE', '/tokens/1', undefined],
] as const

const onTheWhole = [
  ['POST', '/endpoints', { name: 'b', base_url: 'http://127.0.0.1:9' }],
  ['POST', '/incoming-blocks', { name: 'x' }],
  ['POST', '/tokens', { name: 'x' }],
  ['PUT', '/wires/2/1', undefined],
  ['DELETE', '/wires/1/1', undefined],
  ['PATCH', '/positions', { endpoints: [{ id: 1, pos_x: 1, pos_y: 2 }] }],
  ['PATCH', '/incoming-pos', { pos_x: 1 }],
  ['POST', '/reset-stats', undefined],
  ['POST', '/cache/clear', undefined],
  ['POST', '/db/vacuum', undefined],
] as const

describe('If-Match', () => {
  it.each(onObjects)('lets %s %s through with the etag of the object alone', async (method, route, body) => {
    const { admin, call } = await someConfiguration()
    const object = `/${route.split('/').slice(1, 3).join('/')}`
    const shown = await admin.call('GET', object)
    const refused = await call<Refused<object>>(method, route, STALE, body)
    expect(refused.status).toBe(412)
    expect(refused.body.code).toBe('LB_ERR_PRECONDITION')
    expect(refused.body.detail).toMatch(/^The (endpoint|incoming block|client token) 1 is not as it was/)
    expect(refused.body.current).toEqual(shown.body)
    expect((await admin.call('GET', object)).body).toEqual(shown.body)
    expect((await call(method, route, shown.body.etag, body)).status).toBe(200)
  })

  it.each(onTheWhole)('lets %s %s through with the etag of the state', async (method, route, body) => {
    const { admin, call, state } = await someConfiguration()
    const before = await state()
    const rows = (await admin.audit()).length
    const refused = await call<Refused<StateView>>(method, route, STALE, body)
    expect(refused.status).toBe(412)
    expect(refused.body.current).toEqual(before)
    expect(await state()).toEqual(before)
    expect(await admin.audit()).toHaveLength(rows)
    expect((await call(method, route, before.etag, body)).status).toBe(200)
  })

  it('holds the routing to an etag of its own', async () => {
    const { call, state } = await someConfiguration()
    const { routing_etag, routing_mode, placement, priority_input_token_id } = await state()
    const refused = await call<Refused<object>>('PATCH', '/routing', STALE, { routing_mode: 'priority' })
    expect(refused.status).toBe(412)
    expect(refused.body.current).toEqual({
      etag: routing_etag,
      routing_mode,
      placement,
      priority_input_token_id,
    })
    const { status, body, headers } = await call<{ etag: string }>('PATCH', '/routing', routing_etag, {
      routing_mode: 'priority',
    })
    expect(status).toBe(200)
    expect(body.etag).toBe((await state()).routing_etag)
    expect(body.etag).not.toBe(routing_etag)
    expect(headers.get('etag')).toBe(body.etag)
  })

  it('applies one of many concurrent changes of the same version and shows the present object to the others', async () => {
    const { admin, call } = await someConfiguration()
    const { etag } = (await admin.call('GET', '/endpoints/1')).body
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_value, i) =>
        call<EndpointView & Refused<EndpointView>>('PATCH', '/endpoints/1', etag, {
          priority_order: i + 100,
        }),
      ),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers.filter((answer) => answer !== won[0])) {
      expect(status).toBe(412)
      expect(body.current?.priority_order).toBe(won[0]?.body.priority_order)
      expect(body.current?.etag).toBe(won[0]?.body.etag)
    }
  })

  it('applies one of two concurrent changes and audits no other', async () => {
    const { admin, call } = await someConfiguration()
    const { etag } = (await admin.call('GET', '/endpoints/1')).body
    const rows = (await admin.audit()).length
    const responses = await Promise.all(
      ['mine', 'yours'].map((name) => call<Refused<EndpointView>>('PATCH', '/endpoints/1', etag, { name })),
    )
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 412])
    const refused = responses.find(({ status }) => status === 412)
    expect(refused?.body.code).toBe('LB_ERR_PRECONDITION')
    expect(refused?.body.current).toEqual((await admin.call('GET', '/endpoints/1')).body)
    expect(await admin.audit()).toHaveLength(rows + 1)
  })

  it('compares with the stored configuration, not with what one server last read', async () => {
    const { admin } = await someConfiguration()
    const other = await startAdmin({ store: admin.store })
    const { etag } = (await admin.call('GET', '/endpoints/1')).body
    const rows = (await admin.audit()).length
    const responses = await Promise.all(
      [admin, other].map((server, index) =>
        server.call<EndpointView & Refused<EndpointView>>(
          'PATCH',
          '/endpoints/1',
          { priority_order: 100 + index },
          { 'if-match': etag },
        ),
      ),
    )
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 412])
    const applied = responses.find(({ status }) => status === 200)
    const refused = responses.find(({ status }) => status === 412)
    expect(refused?.body.code).toBe('LB_ERR_PRECONDITION')
    expect(refused?.body.current).toMatchObject({
      etag: applied?.body.etag,
      priority_order: applied?.body.priority_order,
    })
    expect(await admin.audit()).toHaveLength(rows + 1)
  })

  it('shows the stored configuration, not what one server last read', async () => {
    const { admin, state } = await someConfiguration()
    const other = await startAdmin({ store: admin.store })
    const { etag } = await state()
    await admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const headers = { 'if-match': etag }
    const refused = await other.call<Refused<StateView>>('PUT', '/wires/2/1', undefined, headers)
    expect(refused.status).toBe(412)
    expect(refused.body.current).toMatchObject({ etag: (await state()).etag, routing_mode: 'priority' })
  })

  it('does not conflict with changes of other objects or with moved nodes', async () => {
    const { admin, call } = await someConfiguration()
    const { etag } = (await admin.call('GET', '/endpoints/1')).body
    await admin.call('PATCH', '/positions', { endpoints: [{ id: 1, pos_x: 7, pos_y: 7 }] })
    await admin.call('PATCH', '/tokens/1', { name: 'other' })
    await admin.call('PUT', '/wires/2/1')
    expect((await call('PATCH', '/endpoints/1', etag, { name: 'mine' })).status).toBe(200)
  })

  it('reports a deleted object', async () => {
    const { admin, call } = await someConfiguration()
    const { etag } = (await admin.call('GET', '/endpoints/1')).body
    await admin.call('DELETE', '/endpoints/1')
    for (const ifMatch of [etag, '*']) {
      const { status, body } = await call<Refused<object>>('PATCH', '/endpoints/1', ifMatch, { name: 'mine' })
      expect(status).toBe(412)
      expect(body).toMatchObject({ detail: 'The endpoint 1 is not there.', current: null })
    }
    expect((await admin.call('PATCH', '/endpoints/1', { name: 'mine' })).status).toBe(404)
  })

  it('restores the version that was deleted, and no other', async () => {
    const { admin, call } = await someConfiguration()
    for (const route of ['/endpoints/1', '/incoming-blocks/2', '/tokens/1']) {
      const { etag } = (await admin.call('GET', route)).body
      await call('DELETE', route, etag)
      const { status, body } = await call<Refused<object>>('POST', `${route}/restore`, STALE)
      expect(status).toBe(412)
      expect(body.current).toBeNull()
      expect((await admin.call('GET', route)).status).toBe(404)
      const restored = await call<{ etag: string }>('POST', `${route}/restore`, etag)
      expect(restored.status).toBe(200)
      expect(restored.body.etag).toBe(etag)
      await call('DELETE', route, '*')
      expect((await call('POST', `${route}/restore`, '*')).status).toBe(200)
    }
  })

  it.each([
    ['any', () => '*', 200],
    ['a list with it', (etag: string) => `${STALE}, ${etag}`, 200],
    ['the tag that a compressing proxy made weak', (etag: string) => `W/${etag}`, 200],
    ['a list without it', () => `${STALE}, "x"`, 412],
    ['the tag without its quotes', (etag: string) => etag.slice(1, -1), 412],
    ['something else', () => 'yesterday', 412],
  ])('takes %s', async (_case, ifMatchOf, expected) => {
    const { admin, call } = await someConfiguration()
    const { etag } = (await admin.call('GET', '/tokens/1')).body
    expect((await call('PATCH', '/tokens/1', ifMatchOf(etag), { name: 'mine' })).status).toBe(expected)
  })

  it('is optional', async () => {
    const { admin } = await someConfiguration()
    for (const [method, route, body] of [...onTheWhole, ...onObjects]) {
      expect((await admin.call(method, route, body)).status, `${method} ${route}`).toBe(200)
    }
  })
})
