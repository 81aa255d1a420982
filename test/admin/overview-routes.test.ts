import { describe, expect, it } from 'vitest'
import { auditPage } from '../../src/contract/audit.ts'
import { stateView } from '../../src/contract/gateway.ts'
import { fingerprintSecret } from '../../src/config/secret-digest.ts'
import { ADMIN_TOKEN, startAdmin } from './start-admin.ts'

describe('state', () => {
  it('shows all there is, as the contract has it', async () => {
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
  it('says who changed what from what to what, newest first', async () => {
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

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'before_id=-1', 'page=2'])(
    'refuses the query %s',
    async (query) => {
      const { call } = await startAdmin()
      const { status, body } = await call('GET', `/audit?${query}`)
      expect(status).toBe(422)
      expect(body.errors[0]?.pointer).toBe(`/${query.split('=')[0]}`)
    },
  )
})
