import { describe, expect, it } from 'vitest'
import type { ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import { startAdmin } from '../start-admin.ts'

const targets = [{ model: 'big', endpoint_id: 1 }, { model: 'small' }]

async function startWithAlias() {
  const admin = await startAdmin()
  await admin.endpoint('a')
  const { body: alias, status } = await admin.call('POST', '/model-aliases', { name: 'smart', targets })
  expect(status).toBe(200)
  return { ...admin, alias }
}

describe('model aliases', () => {
  it('are created, listed, shown in the state, changed and deleted, each with its row in the audit', async () => {
    const { call, audit, alias } = await startWithAlias()
    expect(alias).toMatchObject({
      id: 1,
      name: 'smart',
      targets: [
        { model: 'big', endpoint_id: 1 },
        { model: 'small', endpoint_id: null },
      ],
      on_full: 'wait',
      rewrite_response: false,
    })
    expect((await call('GET', '/model-aliases')).body).toEqual([alias])
    expect((await call('GET', '/model-aliases/1')).body).toEqual(alias)
    expect((await call('GET', '/state')).body.model_aliases).toEqual([alias])
    const change = { targets: [{ model: 'small', endpoint_id: 0 }], on_full: 'next' }
    expect((await call('PATCH', '/model-aliases/1', change)).body).toMatchObject({
      targets: [{ model: 'small', endpoint_id: null }],
      on_full: 'next',
    })
    expect((await call('DELETE', '/model-aliases/1')).body).toEqual({ ok: true })
    expect((await call('GET', '/state')).body.model_aliases).toEqual([])
    expect((await audit()).slice(0, 3)).toMatchObject([
      { action: 'model_alias.delete', object_type: 'model_alias', object_id: '1', after: null },
      { action: 'model_alias.update', before: { on_full: 'wait' }, after: { on_full: 'next' } },
      { action: 'model_alias.create', before: null, after: { name: 'smart' } },
    ])
  })

  it('are restored as they were, unless their name is taken meanwhile', async () => {
    const { call, alias } = await startWithAlias()
    await call('DELETE', '/model-aliases/1')
    expect((await call('POST', '/model-aliases/1/restore')).body).toEqual({
      ...alias,
      updated_at: expect.any(String) as string,
    })
    await call('DELETE', '/model-aliases/1')
    expect((await call('POST', '/model-aliases', { name: 'smart', targets })).status).toBe(200)
    expect((await call('POST', '/model-aliases/1/restore')).status).toBe(409)
    expect((await call('POST', '/model-aliases', { name: 'smart', targets })).status).toBe(409)
  })

  it('are changed only in the version that the operator has seen', async () => {
    const { call, alias } = await startWithAlias()
    const ifMatch = { 'if-match': String(alias.etag) }
    expect((await call('PATCH', '/model-aliases/1', { on_full: 'next' }, ifMatch)).status).toBe(200)
    expect((await call('PATCH', '/model-aliases/1', { on_full: 'wait' }, ifMatch)).status).toBe(412)
  })

  it.each([
    [{ name: 'a b', targets }, 422],
    [{ name: 'gpt-*', targets }, 422],
    [{ name: 'x', targets: [] }, 422],
    [{ name: 'x' }, 422],
    [{ name: 'x', targets: [{ model: '' }] }, 422],
    [{ name: 'x', targets: [{ model: 'm', endpoint: 'a' }] }, 422],
    [{ name: 'x', targets: Array.from({ length: 33 }, () => ({ model: 'm' })) }, 422],
    [{ name: 'x', targets: [{ model: 'm', endpoint_id: 7 }] }, 404],
    [{ name: 'x', targets, on_full: 'fail' }, 422],
  ])('are refused as %j with %i', async (body, status) => {
    const { call } = await startWithAlias()
    expect((await call('POST', '/model-aliases', body)).status).toBe(status)
  })

  it('keep a target whose endpoint has been deleted, and may still be changed', async () => {
    const { call } = await startWithAlias()
    await call('DELETE', '/endpoints/1')
    const { status, body } = await call<ModelAliasView>('PATCH', '/model-aliases/1', { on_full: 'next' })
    expect([status, body.targets]).toEqual([200, [targets[0], { model: 'small', endpoint_id: null }]])
    expect((await call('PATCH', '/model-aliases/1', { targets })).status).toBe(200)
  })
})
