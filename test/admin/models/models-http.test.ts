// What the admin API says of the models of real upstreams.
import { expect, it } from 'vitest'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import type { ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import type { EndpointModelsView, ModelsView } from '../../../src/contract/models/models.ts'
import { ADMIN_TOKEN, chatOf, eventually, startListingApp } from '../../support/apps/running-app.ts'
import { openEvents } from '../../support/clients/event-reader.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

/** An upstream whose list a test changes; with no list it fails. */
async function startLister(first: readonly object[] | undefined) {
  let list = first
  const { baseUrl } = await startUpstream((_request, response) => {
    response.statusCode = list ? 200 : 500
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: list }))
  })
  return { baseUrl, set: (next: readonly object[] | undefined) => void (list = next) }
}

/** An app that asks its only endpoint for its list each second. */
async function startLone(list: readonly object[] | undefined, fields: object = {}) {
  const app = await startListingApp({ environment: { LB_MODELS_REFRESH_SECONDS: '1' } })
  await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
  const upstream = await startLister(list)
  const { id } = await app.admin.endpoint('lone', upstream.baseUrl, fields)
  return {
    app,
    id,
    upstream,
    models: (query = '') => app.admin.call<ModelsView>('GET', `/models${query}`),
    ofEndpoint: () => app.admin.call<EndpointModelsView>('GET', `/endpoints/${id}/models`),
  }
}

const EMPTY = { max_model_len: null, owned_by: null, root: null, parent: null }

it('lists each model once, by name, with a bounded card and the endpoints that serve it', async () => {
  const { app, id, models } = await startLone([
    { id: 'shared', max_model_len: 8192, owned_by: 'vllm', root: '/models/s', created: 1, permission: [{}] },
    { id: 'lora', parent: 'shared', root: 'x'.repeat(1000), owned_by: 7, max_model_len: '4' },
  ])
  const other = await startLister([
    { id: 'shared', max_model_len: 4096, owned_by: 'sglang' },
    { id: 'Alone' },
  ])
  const { id: otherId } = await app.admin.endpoint('other', other.baseUrl)
  await eventually(async () => expect((await models()).total).toBe(3))
  expect((await models()).models).toEqual([
    { id: 'Alone', ...EMPTY, endpoint_ids: [otherId] },
    { id: 'lora', ...EMPTY, root: 'x'.repeat(256), parent: 'shared', endpoint_ids: [id] },
    {
      id: 'shared',
      max_model_len: 4096,
      owned_by: 'vllm',
      root: '/models/s',
      parent: null,
      endpoint_ids: [id, otherId],
    },
  ])
})

it('finds models by a part of their names in any case, and sends as many as are asked for', async () => {
  const { app, models } = await startLone(Array.from({ length: 30 }, (_, at) => ({ id: `Qwen-${at}` })))
  await eventually(async () => expect((await models()).total).toBe(30))
  const found = await models('?search=qWEN-2&limit=3')
  expect(found.total).toBe(11)
  expect(found.models.map(({ id }) => id)).toEqual(['Qwen-2', 'Qwen-20', 'Qwen-21'])
  const none = await models('?limit=0')
  expect([none.total, none.models]).toEqual([30, []])
  const [endpoint] = none.endpoints
  expect(endpoint).toMatchObject({ served: 30, listed: 30, takes_any: false })
  expect(endpoint?.names).toEqual(Array.from({ length: 10 }, (_, at) => `Qwen-${at}`))
  for (const query of ['?limit=-1', '?limit=10001', '?limit=x', `?search=${'x'.repeat(257)}`, '?other=1'])
    await expect(models(query)).rejects.toThrow('422')
  await expect(app.admin.call('GET', '/endpoints/999/models')).rejects.toThrow('404')
})

it('tells of each endpoint what is known of its list, and when, and whether the last read has failed', async () => {
  const { upstream, models, ofEndpoint } = await startLone(undefined)
  const endpoint = async () => (await models()).endpoints[0]
  await eventually(async () => expect(await endpoint()).toMatchObject({ failed: true }))
  expect(await endpoint()).toMatchObject({
    known: false,
    read_at: null,
    takes_any: true,
    listed: 0,
    names: [],
  })
  upstream.set([])
  await eventually(async () => expect(await endpoint()).toMatchObject({ failed: false, known: true }))
  expect(await endpoint()).toMatchObject({ takes_any: true, listed: 0, served: 0 })
  upstream.set([{ id: 'a' }])
  await eventually(async () => expect(await endpoint()).toMatchObject({ listed: 1, takes_any: false }))
  const readAt = Date.parse((await endpoint())?.read_at ?? '')
  expect(Math.abs(Date.now() - readAt)).toBeLessThan(60_000)
  upstream.set(undefined)
  await eventually(async () => expect(await endpoint()).toMatchObject({ failed: true }))
  expect(await endpoint()).toMatchObject({ known: true, listed: 1, served: 1, names: ['a'] })
  const { models: kept, ...summary } = await ofEndpoint()
  expect(kept).toEqual([{ id: 'a', ...EMPTY, listed: true, served: true }])
  const { names: _names, ...row } = (await endpoint()) ?? { names: [] }
  expect(summary).toEqual({ ...row, revision: (await models()).revision })
})

it('shows of an endpoint what its field leaves out of the list and what it adds', async () => {
  const { models, ofEndpoint } = await startLone([{ id: 'qwen-1', max_model_len: 1024 }, { id: 'llama' }], {
    models: ['qwen-*', 'private'],
  })
  await eventually(async () => expect((await ofEndpoint()).listed).toBe(2))
  const { models: rows, ...summary } = await ofEndpoint()
  expect(rows).toEqual([
    { id: 'llama', ...EMPTY, listed: true, served: false },
    { id: 'private', ...EMPTY, owned_by: 'unknown', listed: false, served: true },
    { id: 'qwen-1', ...EMPTY, max_model_len: 1024, listed: true, served: true },
  ])
  expect(summary).toMatchObject({ served: 2, takes_any: false })
  expect((await models()).models.map(({ id }) => id)).toEqual(['private', 'qwen-1'])
})

it('changes with the list neither the state nor an etag, but the revision that live figures carry', async () => {
  const { app, id, upstream, models } = await startLone([{ id: 'a' }])
  await eventually(async () => expect((await models()).total).toBe(1))
  const revision = async () => (await app.admin.call<LiveView>('GET', '/live')).models_revision
  const read = async () => {
    const { etag } = await app.admin.call<EndpointView>('GET', `/endpoints/${id}`)
    return { etag, whole: (await app.admin.state()).etag }
  }
  const before = { ...(await read()), revision: await revision() }
  expect((await models()).revision).toBe(before.revision)
  const stream = await openEvents(`${app.url}/admin/api/events?changes=true`, {
    'x-admin-token': ADMIN_TOKEN,
  })
  expect((await stream.next('live')).models_revision).toBe(before.revision)
  upstream.set([{ id: 'a' }, { id: 'b' }])
  let next = before.revision
  while (next === before.revision) next = (await stream.next('live-change')).models_revision
  expect((await models()).total).toBe(2)
  expect((await models()).revision).toBe(next)
  expect(await read()).toEqual({ etag: before.etag, whole: before.whole })
  expect(stream.events.map(({ name }) => name)).not.toContain('state-change')
  stream.leave()
  await app.admin.patchEndpoint(id, { models: ['a'] })
  expect(await revision()).not.toBe(next)
  expect((await models()).total).toBe(1)
})

it('says what each model and alias is asked for, and keeps no count by a name that clients make up', async () => {
  const app = await startListingApp({ backends: [{ models: ['llama', 'qwen'] }] })
  const live = () => app.admin.call<LiveView>('GET', '/live')
  await eventually(async () =>
    expect((await app.admin.call<ModelsView>('GET', '/models')).models.map(({ id }) => id)).toContain('qwen'),
  )
  const smart = await app.admin.call<ModelAliasView>('POST', '/model-aliases', {
    name: 'smart',
    targets: [{ model: 'qwen' }],
  })
  const ask = async (model: string): Promise<void> =>
    void expect((await app.post('/v1/chat/completions', chatOf({ model, max_tokens: 10 }))).status).toBe(200)
  for (const model of ['llama', 'qwen', 'smart', 'smart']) await ask(model)
  await app.settled()
  const { stats, models, model_aliases: aliases } = await live()
  const rateOf = (requests: number): unknown => expect.closeTo((stats.requests_per_second * requests) / 4, 1)
  expect(models.sort((a, b) => ((a.model ?? '') < (b.model ?? '') ? -1 : 1))).toMatchObject([
    { model: 'llama', requests_per_second: rateOf(1), share_percent: 25 },
    { model: 'qwen', requests_per_second: rateOf(3), share_percent: 75 },
  ])
  expect(aliases).toMatchObject([{ id: smart.id, requests_per_second: rateOf(2), share_percent: 50 }])
  const { baseUrl } = await startUpstream(({ method }, response) => {
    response.statusCode = method === 'POST' ? 200 : 404
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ choices: [] }))
  })
  await app.admin.endpoint('any', baseUrl)
  for (let n = 0; n < 5; n += 1) await ask(`made-up-${n}`)
  await app.settled()
  const names = (await live()).models.map(({ model }) => model)
  expect(names.toSorted()).toEqual(['llama', null, 'qwen'])
  await app.admin.call('DELETE', `/model-aliases/${smart.id}`)
  expect((await live()).model_aliases).toEqual([])
})

it('names the wires that no request can take, as they are drawn and as clients may ask for more or less', async () => {
  const app = await startListingApp({ backends: [{ models: ['llama'] }, { models: ['qwen'] }] })
  const [first = 0, second = 0] = app.endpoints.map(({ id }) => id)
  const live = () => app.admin.call<LiveView>('GET', '/live')
  const view = () => app.admin.call<ModelsView>('GET', '/models?limit=0')
  const unusable = async () =>
    (await view()).unusable_wires.map(({ incoming_block_id: block, endpoint_id: id }) => `${block}-${id}`)
  await eventually(async () => expect((await view()).total).toBe(2))
  expect(await unusable()).toEqual([])
  const { models_revision: before } = await live()
  await app.admin.call('PATCH', '/incoming-blocks/1', { allowed_models: ['lla*'] })
  expect((await live()).models_revision).not.toBe(before)
  expect(await unusable()).toEqual([`1-${second}`])
  const response = await app.post('/v1/chat/completions', chatOf({ model: 'qwen' }))
  expect(response.status).toBe(404)
  const alias = await app.admin.call<ModelAliasView>('POST', '/model-aliases', {
    name: 'llast',
    targets: [{ model: 'qwen' }],
  })
  expect(await unusable()).toEqual([])
  await app.admin.call('DELETE', `/model-aliases/${alias.id}`)
  const team = await app.admin.block('team')
  for (const id of [first, second]) await app.admin.call('PUT', `/wires/${team.id}/${id}`)
  const token = await app.admin.token('t', { incoming_block_id: team.id, allowed_models: ['qwen'] })
  expect(await unusable()).toEqual([`1-${second}`, `${team.id}-${first}`])
  await app.admin.token('u', { incoming_block_id: team.id })
  expect(await unusable()).toEqual([`1-${second}`])
  await app.admin.call('DELETE', `/tokens/${token.id}`)
  await app.admin.patchEndpoint(second, { models: ['*'], model_map: { llama: 'qwen' } })
  expect(await unusable()).toEqual([])
})
