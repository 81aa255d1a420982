import { describe, expect, it } from 'vitest'
import { auditPage } from '../../../src/contract/audit.ts'
import { stateView } from '../../../src/contract/gateway.ts'
import { fingerprintSecret } from '../../../src/config/secret-digest.ts'
import { auditRecord } from '../../store/temporary-store.ts'
import { ADMIN_TOKEN, startAdmin } from '../start-admin.ts'

describe('state', () => {
  it('shows the whole configuration in the form of the contract', async () => {
    const { call, endpoint, time } = await startAdmin()
    await endpoint('a', { connected: true, api_key: 'sk-1234567890' })
    await call('POST', '/tokens', { name: 't' })
    time.nowMs += 1500
    const { status, body } = await call('GET', '/state')
    expect(status).toBe(200)
    expect(() => stateView.strict().parse(body)).not.toThrow()
    expect(body).toMatchObject({
      routing_mode: 'percentage',
      priority_input_token_id: null,
      incoming_pos: { pos_x: 256, pos_y: 300 },
      wires: [{ incoming_block_id: 1, endpoint_id: 1 }],
      stats: { uptime_seconds: 1.5, inflight_per_endpoint: { 1: 0 } },
      version: '3.0.0',
    })
    expect(JSON.stringify(body)).not.toContain('sk-1234567890')
  })
})

describe('audit', () => {
  it('records the actor, the object and its fields before and after, newest first', async () => {
    const { call, endpoint, audit } = await startAdmin()
    const id = await endpoint('a', { max_concurrent: 2 })
    await call('PATCH', `/endpoints/${id}`, { max_concurrent: 3, name: 'a' })
    await call('DELETE', `/endpoints/${id}`)
    const body = await audit()
    expect(() => auditPage.parse(body)).not.toThrow()
    expect(body).toHaveLength(3)
    expect(body.map((row) => row.action)).toEqual(['endpoint.delete', 'endpoint.update', 'endpoint.create'])
    expect(body[1]).toMatchObject({
      actor: `admin:${fingerprintSecret(ADMIN_TOKEN)}`,
      object_type: 'endpoint',
      object_id: String(id),
      before: { max_concurrent: 2 },
      after: { max_concurrent: 3 },
    })
    expect(body[1]?.before).toEqual({ max_concurrent: 2 })
    expect(body[1]?.request_id).not.toBe('')
    expect(Date.parse(body[1]?.at ?? '')).not.toBeNaN()
    expect(body[0]).toMatchObject({ before: { name: 'a', max_concurrent: 3 }, after: null })
    expect(body[2]).toMatchObject({ before: null, after: { name: 'a', max_concurrent: 2 } })
  })

  it('masks keys and tokens, in its rows and in the log', async () => {
    const { call, endpoint, audit, logLines } = await startAdmin()
    const id = await endpoint('a', { api_key: 'sk-old-secret-0001' })
    await call('PATCH', `/endpoints/${id}`, { api_key: 'sk-new-secret-0001' })
    const { body: token } = await call('POST', '/tokens', { name: 't' })
    const body = await audit()
    expect(body[0]?.after?.['token_preview']).toBe(token.token_preview)
    expect(body[1]?.before).toEqual({ api_key: 'sk-o...0001' })
    expect(body[1]?.after).toEqual({ api_key: 'sk-n...0001' })
    const lines = await logLines()
    expect(lines).toHaveLength(3)
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ action: 'endpoint.update', object_id: String(id) })
    for (const text of [JSON.stringify(body), lines.join('')]) {
      expect(text).not.toContain('secret')
      expect(text).not.toContain(token.token)
      expect(text).not.toContain(ADMIN_TOKEN)
    }
  })

  it('comes in pages', async () => {
    const { call, audit } = await startAdmin()
    for (let i = 0; i < 5; i += 1) await call('POST', '/cache/clear')
    const first = await audit('?limit=2')
    const second = await audit(`?limit=2&before_id=${first[1]?.id ?? 0}`)
    expect([...first, ...second].map(({ id }) => id)).toEqual([5, 4, 3, 2])
    expect(await audit('?before_id=1')).toEqual([])
  })

  describe('filters', () => {
    async function someHistory() {
      const admin = await startAdmin()
      await admin.endpoint('alpha', { api_key: 'sk-1234567890' })
      await admin.endpoint('beta_1')
      await admin.call('PATCH', '/endpoints/1', { max_concurrent: 7 })
      await admin.call('POST', '/tokens', { name: 'Team "A" 100%' })
      await admin.call('DELETE', '/endpoints/1')
      const ids = async (query: string) => (await admin.audit(query)).map(({ id }) => id)
      return { ...admin, ids }
    }

    it.each([
      ['?object_type=endpoint', [5, 3, 2, 1]],
      ['?object_type=endpoint&object_id=1', [5, 3, 1]],
      ['?action=endpoint.create', [2, 1]],
      ['?action=endpoint.create&before_id=2', [1]],
      ['?object_type=endpoint&limit=2', [5, 3]],
      ['?q=ALPHA', [5, 1]],
      ['?q=max_concurrent%22:7', []],
      ['?q=team+%22a%22', [4]],
      ['?q=100%25', [4]],
      ['?q=beta_', [2]],
      ['?q=b_ta', []],
      ['?q=client_token.', [4]],
      ['?actor=nobody', []],
      ['?since=2000-01-01', [5, 4, 3, 2, 1]],
      ['?until=2000-01-01T00:00:00%2B02:00', []],
    ])('%s', async (query, expected) => {
      const { ids } = await someHistory()
      expect(await ids(query)).toEqual(expected)
    })

    it('find the actor, and with a credential its sessions', async () => {
      const { ids, store } = await someHistory()
      const [row] = await store.readAudit({ limit: 1 })
      const actor = row?.actor ?? ''
      await store.transaction((tx) =>
        tx.appendAudit({ ...auditRecord('wire.add'), actor: `${actor}/0123abcd` }),
      )
      expect(await ids(`?actor=${actor}`)).toEqual([6, 5, 4, 3, 2, 1])
      expect(await ids(`?actor=${actor}/0123abcd`)).toEqual([6])
    })

    it('limit the time from since, inclusive, to until, exclusive', async () => {
      const { ids, audit } = await someHistory()
      const at = (await audit('?object_type=client_token'))[0]?.at ?? ''
      expect(await ids(`?since=${at}`)).toContain(4)
      expect(await ids(`?until=${at}`)).not.toContain(4)
    })
  })

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1&limit=2',
    'before_id=-1',
    'page=2',
    'since=yesterday',
    'q=',
  ])('refuses the query %s', async (query) => {
    const { call } = await startAdmin()
    const { status, body } = await call('GET', `/audit?${query}`)
    expect(status).toBe(422)
    expect(body.errors[0]?.pointer).toBe(`/${query.split('=')[0]}`)
  })
})
