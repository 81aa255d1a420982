import { describe, expect, it } from 'vitest'
import { MAX_GROUP_COLORS } from '../../../src/contract/canvas/endpoint-group.ts'
import { startAdmin } from '../start-admin.ts'

async function startWithGroup() {
  const admin = await startAdmin()
  const ids = [
    await admin.endpoint('a', { group: 'paris' }),
    await admin.endpoint('b', { group: 'paris' }),
    await admin.endpoint('c', { group: 'berlin' }),
  ]
  const change = (body: object, headers: object = {}) =>
    admin.call('PATCH', '/endpoint-groups', body, headers)
  return { ...admin, ids, change }
}

describe('a group of the canvas', () => {
  it('has a colour that is shown in the state, audited, and cleared', async () => {
    const { change, call, audit } = await startWithGroup()
    expect(await change({ group: 'paris', color: 'teal' })).toMatchObject({
      status: 200,
      body: { name: 'paris', color: 'teal' },
    })
    // Groups by model and by name have no endpoints that name them.
    await change({ group: 'llama-3', color: 'pink' })
    expect((await call('GET', '/state')).body.endpoint_groups).toEqual([
      { name: 'llama-3', color: 'pink' },
      { name: 'paris', color: 'teal' },
    ])
    expect((await change({ group: 'llama-3', color: null })).body).toMatchObject({ color: null })
    expect((await call('GET', '/state')).body.endpoint_groups).toEqual([{ name: 'paris', color: 'teal' }])
    expect((await audit()).slice(0, 3)).toMatchObject([
      {
        action: 'endpoint_group.update',
        object_id: 'llama-3',
        before: { color: 'pink' },
        after: { color: null },
      },
      { action: 'endpoint_group.update', object_id: 'llama-3', after: { color: 'pink' } },
      {
        action: 'endpoint_group.update',
        object_id: 'paris',
        before: { color: null },
        after: { color: 'teal' },
      },
    ])
  })

  it('is renamed in one change: its endpoints and its colour follow, and others stay', async () => {
    const { change, call, audit, changes, ids } = await startWithGroup()
    await change({ group: 'paris', color: 'teal' })
    const before = changes()
    expect((await change({ group: 'paris', name: 'Lyon' })).body).toEqual({ name: 'Lyon', color: 'teal' })
    expect(changes()).toBe(before + 1)
    const { body: state } = await call('GET', '/state')
    expect(state.endpoints.map(({ group }) => group)).toEqual(['Lyon', 'Lyon', 'berlin'])
    expect(state.endpoint_groups).toEqual([{ name: 'Lyon', color: 'teal' }])
    expect((await audit()).slice(0, 3)).toMatchObject([
      {
        action: 'endpoint.update',
        object_id: String(ids[1]),
        before: { group: 'paris' },
        after: { group: 'Lyon' },
      },
      { action: 'endpoint.update', object_id: String(ids[0]) },
      { action: 'endpoint_group.update', before: { name: 'paris' }, after: { name: 'Lyon' } },
    ])
    expect((await change({ group: 'Lyon', name: 'paris', color: 'blue' })).body).toEqual({
      name: 'paris',
      color: 'blue',
    })
  })

  it.each([
    [{ group: 'paris' }, 400],
    [{ group: 'paris', name: 'paris' }, 400],
    [{ group: 'paris', name: 'berlin' }, 409],
    [{ group: 'rome', name: 'berlin' }, 404],
    [{ group: '', color: 'teal' }, 422],
    [{ group: 'paris', color: 'red' }, 422],
    [{ group: 'paris', name: '' }, 422],
    [{ group: 'paris', name: 'x'.repeat(61) }, 422],
  ])('is not changed by %j: %i', async (body, status) => {
    const { change, state } = await startWithGroup()
    const before = state.snapshot()
    expect((await change(body)).status).toBe(status)
    expect(state.snapshot()).toBe(before)
  })

  it('is changed only in the configuration that the operator has seen', async () => {
    const { change, call } = await startWithGroup()
    const { etag } = (await call('GET', '/state')).body
    expect((await change({ group: 'paris', color: 'teal' }, { 'if-match': etag })).status).toBe(200)
    expect((await change({ group: 'paris', color: 'blue' }, { 'if-match': etag })).status).toBe(412)
  })

  it('is one of a limited number with a colour', async () => {
    const { change, store } = await startWithGroup()
    await change({ group: 'paris', color: 'teal' })
    await store.transaction(async (tx) => {
      for (let number = 1; number < MAX_GROUP_COLORS; number += 1)
        await tx.groupColors.set({ name: `g${number}`, color: 'gray' })
    })
    expect((await change({ group: 'berlin', color: 'teal' })).status).toBe(409)
    expect((await change({ group: 'paris', color: 'pink' })).status).toBe(200)
  })
})
