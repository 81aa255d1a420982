import { describe, expect, it } from 'vitest'
import { startAdmin } from '../start-admin.ts'

describe('wires', () => {
  it('are added, idempotently', async () => {
    const { call, endpoint, state } = await startAdmin()
    const id = await endpoint('a')
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await call('PUT', `/wires/1/${id}`)
      expect(status).toBe(200)
      expect(body).toEqual({ incoming_block_id: 1, endpoint_id: id })
    }
    expect((await call('GET', '/state')).body).toMatchObject({
      wires: [{ incoming_block_id: 1, endpoint_id: id }],
      endpoints: [{ connected: true }],
    })
    expect(state.targets(1).map(({ config }) => config.id)).toEqual([id])
  })

  it('are removed, idempotently', async () => {
    const { call, endpoint, audit, state } = await startAdmin()
    const id = await endpoint('a', { connected: true })
    for (let i = 0; i < 2; i += 1) {
      expect(await call('DELETE', `/wires/1/${id}`)).toMatchObject({ status: 200, body: { ok: true } })
    }
    expect(state.targets(1)).toEqual([])
    expect(await audit('?limit=2')).toMatchObject([
      { action: 'wire.remove', object_id: `1/${id}`, before: null, after: null },
      {
        action: 'wire.remove',
        object_id: `1/${id}`,
        before: { incoming_block_id: 1, endpoint_id: id },
        after: null,
      },
    ])
  })

  it('require an existing block and an existing endpoint', async () => {
    const { call, endpoint } = await startAdmin()
    const id = await endpoint('a')
    for (const method of ['PUT', 'DELETE']) {
      expect((await call(method, `/wires/9/${id}`)).status).toBe(404)
      expect((await call(method, '/wires/1/9')).status).toBe(404)
    }
  })
})
