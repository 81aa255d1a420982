import { describe, expect, it } from 'vitest'
import { blockValues } from '../../store/temporary-store.ts'
import { startAdmin } from '../start-admin.ts'

describe('routing', () => {
  it('returns all fields, whichever was changed', async () => {
    const { call, state } = await startAdmin()
    await call('POST', '/tokens', { name: 'a' })
    expect((await call('PATCH', '/routing', { routing_mode: 'priority' })).body).toMatchObject({
      routing_mode: 'priority',
      placement: 'prefix',
      priority_input_token_id: null,
    })
    expect((await call('PATCH', '/routing', { placement: 'load' })).body).toMatchObject({
      routing_mode: 'priority',
      placement: 'load',
      priority_input_token_id: null,
    })
    expect((await call('PATCH', '/routing', { priority_input_token_id: 1 })).body).toMatchObject({
      routing_mode: 'priority',
      placement: 'load',
      priority_input_token_id: 1,
    })
    expect(state.snapshot().settings).toMatchObject({
      routingMode: 'priority',
      placement: 'load',
      priorityInputTokenId: 1,
    })
  })

  it.each([0, null])('clears the prioritised input token with %s', async (none) => {
    const { call, audit } = await startAdmin()
    await call('POST', '/tokens', { name: 'a' })
    await call('PATCH', '/routing', { priority_input_token_id: 1 })
    const { body } = await call('PATCH', '/routing', { priority_input_token_id: none })
    expect(body).toMatchObject({ routing_mode: 'percentage', priority_input_token_id: null })
    expect((await audit())[0]).toMatchObject({
      action: 'routing.update',
      object_type: 'routing',
      object_id: null,
      before: { priority_input_token_id: 1 },
      after: { priority_input_token_id: null },
    })
  })

  it('refuses unknown modes and tokens without changing anything', async () => {
    const { call } = await startAdmin()
    const mode = await call('PATCH', '/routing', { routing_mode: 'random' })
    expect(mode.status).toBe(422)
    expect(mode.body.errors).toEqual([
      { pointer: '/routing_mode', detail: 'Takes one of "percentage", "priority", "balanced".' },
    ])
    const placement = await call('PATCH', '/routing', { placement: 'random' })
    expect(placement.body.errors).toEqual([
      { pointer: '/placement', detail: 'Takes one of "quota_order", "load", "prefix".' },
    ])
    const token = await call('PATCH', '/routing', { routing_mode: 'priority', priority_input_token_id: 5 })
    expect(token.status).toBe(404)
    expect((await call('GET', '/state')).body.routing_mode).toBe('percentage')
  })
})

describe('positions', () => {
  it('move many nodes with one audit row that lists the moved ones', async () => {
    const { call, endpoint, audit } = await startAdmin()
    const a = await endpoint('a', { pos_x: 1, pos_y: 1 })
    const b = await endpoint('b', { pos_x: 2, pos_y: 2 })
    await call('POST', '/tokens', { name: 't' })
    const rows = (await audit()).length
    const { status, body } = await call('PATCH', '/positions', {
      endpoints: [
        { id: a, pos_x: 10, pos_y: 11 },
        { id: b, pos_x: 2, pos_y: 2 },
      ],
      incoming_blocks: [{ id: 1, pos_x: 20, pos_y: 21 }],
      client_tokens: [{ id: 1, pos_x: 30, pos_y: 31 }],
    })
    expect([status, body]).toEqual([200, { ok: true }])
    expect((await call('GET', '/state')).body).toMatchObject({
      endpoints: [
        { pos_x: 10, pos_y: 11 },
        { pos_x: 2, pos_y: 2 },
      ],
      incoming_blocks: [{ pos_x: 20, pos_y: 21 }],
      client_tokens: [{ pos_x: 30, pos_y: 31 }],
    })
    const after = await audit()
    expect(after).toHaveLength(rows + 1)
    expect(after[0]).toMatchObject({ action: 'positions.update', object_type: 'positions', object_id: null })
    expect(after[0]?.before).toEqual({
      [`endpoints/${a}`]: { pos_x: 1, pos_y: 1 },
      'incoming_blocks/1': { pos_x: 256, pos_y: 300 },
      'client_tokens/1': { pos_x: 80, pos_y: 100 },
    })
    expect(after[0]?.after?.[`endpoints/${a}`]).toEqual({ pos_x: 10, pos_y: 11 })
  })

  it('move nothing if one node is unknown', async () => {
    const { call, endpoint, audit } = await startAdmin()
    const id = await endpoint('a', { pos_x: 1, pos_y: 1 })
    const rows = (await audit()).length
    const { status, body } = await call('PATCH', '/positions', {
      endpoints: [{ id, pos_x: 10, pos_y: 11 }],
      client_tokens: [{ id: 4, pos_x: 30, pos_y: 31 }],
    })
    expect(status).toBe(404)
    expect(body.detail).toBe('There is no client token 4.')
    expect((await call('GET', '/state')).body.endpoints).toMatchObject([{ pos_x: 1, pos_y: 1 }])
    expect(await audit()).toHaveLength(rows)
  })

  it('move a thousand nodes at once', async () => {
    const { call, store, state } = await startAdmin()
    await store.transaction(async (tx) => {
      for (let i = 0; i < 1000; i += 1) await tx.blocks.insert({ ...blockValues(`b${i}`), posX: 0, posY: 0 })
    })
    state.replace(await store.readConfiguration())
    const blocks = state.snapshot().blocks.map(({ id }) => ({ id, pos_x: id, pos_y: -id }))
    expect((await call('PATCH', '/positions', { incoming_blocks: blocks })).status).toBe(200)
    expect(state.snapshot().blocks.every(({ id, posX, posY }) => posX === id && posY === -id)).toBe(true)
  })

  it('of the incoming node change by either coordinate', async () => {
    const { call } = await startAdmin()
    await call('PATCH', '/incoming-pos', { pos_x: 5, pos_y: 6 })
    const { status, body } = await call('PATCH', '/incoming-pos', { pos_y: 7 })
    expect([status, body]).toEqual([200, { pos_x: 5, pos_y: 7 }])
    expect((await call('GET', '/state')).body.incoming_pos).toEqual({ pos_x: 5, pos_y: 7 })
  })
})
