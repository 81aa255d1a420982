import { describe, expect, it } from 'vitest'
import { digestSecret } from '../../../src/config/secret-digest.ts'
import { clientTokenCreated, clientTokenView } from '../../../src/contract/client-token.ts'
import { openRaw } from '../../store/temporary-store.ts'
import { RESERVED_TOKEN, startAdmin } from '../start-admin.ts'

describe('creating a client token', () => {
  it('makes a value and shows it in this answer alone', async () => {
    const { call, path } = await startAdmin()
    const { status, body } = await call('POST', '/tokens', { name: 'Anna' })
    expect(status).toBe(200)
    expect(() => clientTokenCreated.strict().parse(body)).not.toThrow()
    expect(body.token).toMatch(/^ct-[A-Za-z0-9_-]{43}$/)
    expect(body).toMatchObject({
      id: 1,
      name: 'Anna',
      token_preview: `${body.token.slice(0, 4)}...${body.token.slice(-4)}`,
      incoming_block_id: 1,
      preferred_endpoint_id: null,
      request_priority: 0,
      min_traffic_percent: 0,
      guaranteed_share_percent: 0,
      pos_x: 80,
      pos_y: 100,
      total_requests: 0,
    })
    const shown = await Promise.all([call('GET', '/tokens'), call('GET', '/state'), call('GET', '/audit')])
    for (const answer of shown) expect(JSON.stringify(answer.body)).not.toContain(body.token)
    const rows = openRaw(path).prepare('select * from client_tokens').all()
    expect(rows).toMatchObject([{ digest: digestSecret(body.token) }])
    expect(JSON.stringify(rows)).not.toContain(body.token)
  })

  it('makes a different value each time', async () => {
    const { call } = await startAdmin()
    const first = await call('POST', '/tokens', { name: 'a' })
    const second = await call('POST', '/tokens', { name: 'a' })
    expect(first.body.token).not.toBe(second.body.token)
  })

  it('takes a given value and all fields', async () => {
    const { call, endpoint, state } = await startAdmin()
    const fields = {
      name: 'Anna',
      incoming_block_id: 1,
      preferred_endpoint_id: await endpoint('a'),
      request_priority: 100000,
      min_traffic_percent: 12.5,
      guaranteed_share_percent: 33.3,
      pos_x: 1,
      pos_y: 2,
    }
    const { body } = await call('POST', '/tokens', { ...fields, token: 'my-own-token-value' })
    expect(body).toMatchObject({ ...fields, token: 'my-own-token-value', token_preview: 'my-o...alue' })
    expect(state.snapshot().tokenByDigest.get(digestSecret('my-own-token-value'))?.name).toBe('Anna')
    expect(state.snapshot().settings.tokensEverCreated).toBe(true)
  })

  it('refuses a value that exists, also in the environment', async () => {
    const { call } = await startAdmin()
    await call('POST', '/tokens', { name: 'a', token: 'my-own-token-value' })
    for (const token of ['my-own-token-value', RESERVED_TOKEN]) {
      const { status, body } = await call('POST', '/tokens', { name: 'b', token })
      expect(status).toBe(409)
      expect(JSON.stringify(body)).not.toContain(token)
    }
  })

  it('refuses unknown blocks and endpoints, and takes 0 for no endpoint', async () => {
    const { call } = await startAdmin()
    expect((await call('POST', '/tokens', { name: 'a', incoming_block_id: 9 })).status).toBe(404)
    expect((await call('POST', '/tokens', { name: 'a', preferred_endpoint_id: 9 })).status).toBe(404)
    const { body } = await call('POST', '/tokens', { name: 'a', preferred_endpoint_id: 0 })
    expect(body.preferred_endpoint_id).toBeNull()
    expect((await call('POST', '/tokens', { name: 'a', incoming_block_id: 0 })).status).toBe(422)
    expect((await call('POST', '/tokens', { name: 'a', preferred_endpoint_id: -1 })).status).toBe(422)
  })

  it.each(['short', 'with space in it', 'x'.repeat(513), 'ünïcödé-token'])(
    'refuses the value %j',
    async (token) => {
      const { call } = await startAdmin()
      const { status, body } = await call('POST', '/tokens', { name: 'a', token })
      expect(status).toBe(422)
      expect(body.errors[0]?.pointer).toBe('/token')
    },
  )
})

describe('changing a client token', () => {
  it('changes the given fields and leaves the others', async () => {
    const { call, endpoint, audit } = await startAdmin()
    const id = await endpoint('a')
    await call('POST', '/incoming-blocks', { name: 'second' })
    await call('POST', '/tokens', { name: 'a', request_priority: 3, preferred_endpoint_id: id })
    const { status, body } = await call('PATCH', '/tokens/1', { name: 'b', incoming_block_id: 2 })
    expect(status).toBe(200)
    expect(() => clientTokenView.strict().parse(body)).not.toThrow()
    expect(body).toMatchObject({
      name: 'b',
      incoming_block_id: 2,
      request_priority: 3,
      preferred_endpoint_id: id,
    })
    expect((await audit())[0]).toMatchObject({
      action: 'client_token.update',
      before: { name: 'a', incoming_block_id: 1 },
      after: { name: 'b', incoming_block_id: 2 },
    })
    for (const none of [null, 0]) {
      await call('PATCH', '/tokens/1', { preferred_endpoint_id: id })
      const cleared = await call('PATCH', '/tokens/1', { preferred_endpoint_id: none })
      expect(cleared.body.preferred_endpoint_id).toBeNull()
    }
  })

  it('refuses what it does not know and a change of the value', async () => {
    const { call } = await startAdmin()
    expect((await call('PATCH', '/tokens/1', { name: 'a' })).status).toBe(404)
    await call('POST', '/tokens', { name: 'a' })
    expect((await call('PATCH', '/tokens/1', { incoming_block_id: 9 })).status).toBe(404)
    expect((await call('PATCH', '/tokens/1', { preferred_endpoint_id: 9 })).status).toBe(404)
    const { status, body } = await call('PATCH', '/tokens/1', { token: 'another-token-value' })
    expect(status).toBe(422)
    expect(body.errors[0]?.pointer).toBe('/token')
  })
})

describe('revoking and restoring a client token', () => {
  it('revokes at once, ends its standing as prioritised input and frees its value', async () => {
    const { call, state } = await startAdmin()
    const value = 'my-own-token-value'
    await call('POST', '/tokens', { name: 'a', token: value })
    await call('PATCH', '/routing', { priority_input_token_id: 1 })
    expect((await call('DELETE', '/tokens/1')).body).toEqual({ ok: true })
    expect(state.snapshot().tokenByDigest.has(digestSecret(value))).toBe(false)
    expect((await call('GET', '/state')).body).toMatchObject({
      priority_input_token_id: null,
      client_tokens: [],
    })
    expect((await call('DELETE', '/tokens/1')).status).toBe(404)
    const again = await call('POST', '/tokens', { name: 'a', token: value })
    expect(again.body.id).toBe(2)
    expect((await call('POST', '/tokens/1/restore')).status).toBe(409)
  })

  it('brings it back with its value, into a block that lives', async () => {
    const { call, state } = await startAdmin()
    await call('POST', '/incoming-blocks', { name: 'second' })
    const { body: created } = await call('POST', '/tokens', { name: 'a', incoming_block_id: 2 })
    state.ledger.token(1).totalRequests = 4
    await call('DELETE', '/tokens/1')
    await call('DELETE', '/incoming-blocks/2')
    const { status, body } = await call('POST', '/tokens/1/restore')
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 1, name: 'a', incoming_block_id: 1, total_requests: 4 })
    expect(body).not.toHaveProperty('token')
    expect(state.snapshot().tokenByDigest.get(digestSecret(created.token))?.id).toBe(1)
    expect((await call('POST', '/tokens/1/restore')).status).toBe(404)
  })
})
