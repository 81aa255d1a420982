import { describe, expect, it } from 'vitest'
import type { ClientTokenView } from '../../../src/contract/client-token.ts'
import { startAdmin } from '../start-admin.ts'

describe('incoming blocks', () => {
  it('start with one and are listed in ascending id', async () => {
    const { call } = await startAdmin()
    const { status, body } = await call('POST', '/incoming-blocks', { name: 'Team Ä', pos_x: 1, pos_y: 2 })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 2, name: 'Team Ä', pos_x: 1, pos_y: 2 })
    const { body: list } = await call('GET', '/incoming-blocks')
    expect(list).toEqual([expect.objectContaining({ id: 1 }), body])
  })

  it("start with a copy of the first block's wires", async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a', { connected: true })
    await endpoint('b')
    await endpoint('c', { connected: true })
    await call('POST', '/incoming-blocks', { name: 'second' })
    const { body } = await call('GET', '/state')
    expect(body.wires).toEqual([
      { incoming_block_id: 1, endpoint_id: 1 },
      { incoming_block_id: 1, endpoint_id: 3 },
      { incoming_block_id: 2, endpoint_id: 1 },
      { incoming_block_id: 2, endpoint_id: 3 },
    ])
  })

  it('change by name and by place', async () => {
    const { call, audit } = await startAdmin()
    const { body } = await call('PATCH', '/incoming-blocks/1', { name: 'first', pos_y: 9 })
    expect(body).toMatchObject({ id: 1, name: 'first', pos_x: 256, pos_y: 9 })
    expect((await audit())[0]).toMatchObject({
      action: 'incoming_block.update',
      object_type: 'incoming_block',
      object_id: '1',
      before: { name: 'Incoming 1', pos_y: 300 },
      after: { name: 'first', pos_y: 9 },
    })
    expect((await call('PATCH', '/incoming-blocks/2', { name: 'x' })).status).toBe(404)
    expect((await call('PATCH', '/incoming-blocks/1', { name: ' ' })).status).toBe(422)
  })

  it('have a mode and a placement of their own, or the gateway’s, and write what has changed to the audit', async () => {
    const { call, audit, state } = await startAdmin()
    const own = { routing_mode: 'balanced', placement: 'load', session_affinity: 'prompt_cache_key' }
    const { status, body } = await call('PATCH', '/incoming-blocks/1', own)
    expect(status).toBe(200)
    expect(body).toMatchObject(own)
    expect((await audit())[0]).toMatchObject({
      action: 'incoming_block.update',
      before: { routing_mode: null, placement: null, session_affinity: 'none' },
      after: own,
    })
    expect(state.snapshot().blockById.get(1)).toMatchObject({
      routingMode: 'balanced',
      placement: 'load',
      sessionAffinity: 'prompt_cache_key',
    })
    const { body: cleared } = await call('PATCH', '/incoming-blocks/1', {
      routing_mode: null,
      placement: null,
    })
    expect(cleared).toMatchObject({
      routing_mode: null,
      placement: null,
      session_affinity: 'prompt_cache_key',
    })
  })

  it('take a session affinity by a header field, and refuse one by a credential', async () => {
    const { call } = await startAdmin()
    const patch = (affinity: string) => call('PATCH', '/incoming-blocks/1', { session_affinity: affinity })
    expect((await patch('header:x-session-id')).body).toMatchObject({
      session_affinity: 'header:x-session-id',
    })
    const { status, body } = await patch('header:authorization')
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      { pointer: '/session_affinity', detail: 'Takes no header field that carries a credential.' },
    ])
  })

  it('move their tokens to the first remaining block when they are deleted', async () => {
    const { call, audit, state } = await startAdmin()
    await call('POST', '/incoming-blocks', { name: 'second' })
    await call('POST', '/incoming-blocks', { name: 'third' })
    await call('POST', '/tokens', { name: 't', incoming_block_id: 1 })
    expect((await call('DELETE', '/incoming-blocks/1')).body).toEqual({ ok: true })
    expect((await call<ClientTokenView[]>('GET', '/tokens')).body[0]?.incoming_block_id).toBe(2)
    expect(state.snapshot().defaultBlockId).toBe(2)
    expect((await audit())[0]).toMatchObject({
      action: 'incoming_block.delete',
      before: { client_token_ids: [1] },
      after: null,
    })
  })

  it('keep the last one', async () => {
    const { call } = await startAdmin()
    expect((await call('DELETE', '/incoming-blocks/2')).status).toBe(404)
    const { status, body } = await call('DELETE', '/incoming-blocks/1')
    expect(status).toBe(409)
    expect(body.code).toBe('LB_ERR_CONFLICT')
    expect((await call('GET', '/incoming-blocks')).body).toHaveLength(1)
  })

  it('are restored with their wires', async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a', { connected: true })
    const { body: created } = await call('POST', '/incoming-blocks', { name: 'second' })
    const { body: before } = await call('GET', '/state')
    await call('DELETE', '/incoming-blocks/2')
    expect((await call('GET', '/state')).body.wires).toHaveLength(1)
    const { status, body } = await call('POST', '/incoming-blocks/2/restore')
    expect(status).toBe(200)
    expect(body).toEqual({ ...created, updated_at: body.updated_at })
    expect((await call('GET', '/state')).body.wires).toEqual(before.wires)
    expect((await call('POST', '/incoming-blocks/2/restore')).status).toBe(404)
  })
})
