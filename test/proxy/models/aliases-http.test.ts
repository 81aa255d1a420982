// Model aliases and the names that clients may use, over HTTP: which backend is asked for what, and what clients are told.
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { chatOf, startApp, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const LLAMA = 'llama3:8b'
const QWEN = 'qwen-2'

/** Two backends with a model each, of which they know no other name. */
const startTwo = (): Promise<RunningApp> =>
  startApp({
    backends: [{ models: [LLAMA] }, { models: [QWEN] }],
    endpoints: [{ models: [LLAMA] }, { models: [QWEN] }],
  })

const alias = (app: RunningApp, name: string, targets: readonly object[], fields: object = {}) =>
  app.admin.call<{ id: number; etag: string }>('POST', '/model-aliases', { name, targets, ...fields })

const chat = (app: RunningApp, model: string | undefined, fields: object = {}, token?: string) =>
  app.post(
    '/v1/chat/completions',
    chatOf({ model, max_tokens: 4, ...fields }),
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  )

const listed = async (app: RunningApp, token?: string): Promise<readonly { id: string }[]> => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return ((await app.send('/v1/models', { headers })).json() as { data: { id: string }[] }).data
}

describe('a request for an alias', () => {
  it("reaches the first target's backend under its own name, in every call, and the response says what served", async () => {
    const app = await startTwo()
    await alias(app, 'fast', [{ model: 'not-here' }, { model: QWEN }, { model: LLAMA }])
    const calls = [
      ['/v1/chat/completions', chatOf({ model: 'fast' })],
      ['/v1/completions', { model: 'fast', prompt: 'x' }],
      ['/v1/embeddings', { model: 'fast', input: 'x' }],
      ['/v1/responses', { model: 'fast', input: 'x' }],
    ] as const
    for (const [path, body] of calls) {
      const response = await app.post(path, body)
      expect([response.status, response.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      expect(response.headers['x-lb-model']).toBe(QWEN)
      expect(response.json()).toMatchObject({ model: QWEN })
    }
    await app.settled()
    expect((await app.requestLines()).at(-1)).toMatchObject({ model: 'fast', served_model: QWEN })
    expect((await chat(app, QWEN)).headers['x-lb-model']).toBeUndefined()
  })

  it('goes on to the next target where the endpoints of the first fail or are set aside', async () => {
    const app = await startTwo()
    await alias(app, 'fast', [{ model: LLAMA }, { model: QWEN }])
    await app.backend.setFault({ kind: 'status', status: 503 })
    const first = await chat(app, 'fast')
    expect([first.status, first.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
    expect(first.headers['x-lb-attempts']).toBe('2')
    expect(first.headers['x-lb-model']).toBe(QWEN)
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    expect((await chat(app, 'fast', { stream: true })).headers['x-lb-attempts']).toBe('1')
  })

  it('names the alias in responses and every chunk where it says so, and else leaves all bytes', async () => {
    const app = await startTwo()
    const renaming = await alias(app, 'fast', [{ model: LLAMA }], { rewrite_response: true })
    const models = (text: string): string[] =>
      [...text.matchAll(/"model":"([^"]*)"/g)].map(([, name]) => name ?? '')
    const stream = await chat(app, 'fast', { stream: true })
    const names = models(stream.text)
    expect(names.length).toBeGreaterThan(3)
    expect(new Set(names)).toEqual(new Set(['fast']))
    const whole = await chat(app, 'fast')
    expect(whole.json()).toMatchObject({ model: 'fast', usage: { completion_tokens: 4 } })
    expect(
      models((await app.post('/v1/responses', { model: 'fast', input: 'x', stream: true })).text),
    ).toContain('fast')
    const completion = await app
      .openai()
      .chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'x' }] })
    expect(completion.model).toBe('fast')
    await app.admin.call('PATCH', `/model-aliases/${renaming.id}`, { rewrite_response: false })
    expect(new Set(models((await chat(app, 'fast', { stream: true })).text))).toEqual(new Set([LLAMA]))
  })

  it('reaches the endpoint that its target names, and no other', async () => {
    const app = await startApp({
      backends: [{ models: ['m'] }, { models: ['m'] }],
      endpoints: { models: ['m'] },
    })
    const [, second] = (await app.admin.state()).endpoints
    const only = await alias(app, 'second', [{ model: 'm', endpoint_id: second?.id }])
    for (let n = 0; n < 6; n += 1)
      expect((await chat(app, 'second')).headers['x-lb-endpoint']).toBe('backend-2')
    await app.admin.patchEndpoint(second?.id ?? 0, { enabled: false })
    expect((await chat(app, 'second')).json()).toMatchObject({ code: 'LB_ERR_MODEL_NOT_FOUND' })
    await app.admin.call('DELETE', `/model-aliases/${only.id}`)
    expect((await chat(app, 'second')).status).toBe(404)
    await app.admin.call('POST', `/model-aliases/${only.id}/restore`)
    await app.admin.patchEndpoint(second?.id ?? 0, { enabled: true })
    expect((await chat(app, 'second')).status).toBe(200)
  })
})

describe("an endpoint's own names", () => {
  it('are translated to those of its backend, beside endpoints that know the name themselves', async () => {
    const app = await startApp({
      backends: [{ models: [LLAMA] }, { models: ['llama3'] }],
      endpoints: [{ models: [LLAMA], model_map: { llama3: LLAMA } }, { models: ['llama3'] }],
    })
    const responses = await Promise.all([1, 2, 3, 4, 5, 6].map(() => chat(app, 'llama3')))
    const served = responses.map(({ status, headers }) => [
      status,
      headers['x-lb-endpoint'],
      headers['x-lb-model'],
    ])
    expect(new Set(served.map(String))).toEqual(new Set([`200,backend-1,${LLAMA}`, '200,backend-2,']))
    expect((await listed(app)).map(({ id }) => id)).toEqual(['llama3', LLAMA])
  })

  it('that no header can hold are percent-encoded in X-LB-Model', async () => {
    const app = await startApp({
      backends: [{ models: ['größe-模型'] }],
      endpoints: { model_map: { plain: 'größe-模型' } },
    })
    const response = await chat(app, 'plain')
    expect(response.json()).toMatchObject({ model: 'größe-模型' })
    expect(response.headers['x-lb-model']).toBe(encodeURIComponent('größe-模型'))
  })

  it('are other requests to the cache once they are changed, and the same again once that is undone', async () => {
    const app = await startTwo()
    const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
    const mapTo = async (model: string) => {
      for (const { id } of app.endpoints) await app.admin.patchEndpoint(id, { model_map: { mine: model } })
    }
    const ask = async () => {
      const { status, headers } = await chat(app, 'mine', {}, token)
      return [status, headers['x-lb-cache']]
    }
    await mapTo(QWEN)
    expect([await ask(), await ask()]).toEqual([
      [200, 'MISS'],
      [200, 'HIT'],
    ])
    await mapTo(LLAMA)
    expect(await ask()).toEqual([503, undefined])
    await mapTo(QWEN)
    expect(await ask()).toEqual([200, 'HIT'])
  })

  it('is not served from the cache what it stood for before it was changed', async () => {
    const app = await startTwo()
    const { id } = await alias(app, 'fast', [{ model: QWEN }])
    const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
    expect((await chat(app, 'fast', {}, token)).headers).toMatchObject({ 'x-lb-cache': 'MISS' })
    expect((await chat(app, 'fast', {}, token)).headers).toMatchObject({ 'x-lb-cache': 'HIT' })
    const changes = [
      { targets: [{ model: LLAMA }] },
      { targets: [{ model: QWEN, endpoint_id: app.endpoints[1]?.id }] },
      { targets: [{ model: QWEN }], rewrite_response: true },
    ]
    for (const change of changes) {
      await app.admin.call('PATCH', `/model-aliases/${id}`, change)
      expect((await chat(app, 'fast', {}, token)).json()).toMatchObject({ code: 'LB_ERR_OVER_QUOTA' })
    }
    await app.admin.call('PATCH', `/model-aliases/${id}`, { on_full: 'next', rewrite_response: false })
    expect((await chat(app, 'fast', {}, token)).json()).toMatchObject({ model: QWEN })
  })
})

describe('allowed_models', () => {
  it('of a token and its block bound what the client can list and ask for, by the name that it asks for', async () => {
    const app = await startTwo()
    await alias(app, 'fast', [{ model: QWEN }])
    const [block] = (await app.admin.state()).incoming_blocks
    const { token } = await app.admin.token('team', { allowed_models: ['fast', 'llama*'] })
    const { token: free } = await app.admin.token('free')
    expect((await listed(app, free)).map(({ id }) => id)).toEqual(['fast', LLAMA, QWEN])
    expect((await listed(app, token)).map(({ id }) => id)).toEqual(['fast', LLAMA])
    // The alias may be used, although its target may not.
    expect((await chat(app, 'fast', {}, token)).headers['x-lb-model']).toBe(QWEN)
    const before = app.arrived()
    const error = await app
      .openai(token)
      .chat.completions.create({ model: QWEN, messages: [{ role: 'user', content: 'x' }] })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect((error as Error).message).toContain(`does not exist, or you do not have access to it`)
    expect((error as Error).message).toContain(`Models in reach: fast, ${LLAMA}.`)
    const nameless = await chat(app, undefined, {}, token)
    expect(nameless.status).toBe(400)
    expect(nameless.json()).toMatchObject({ error: { param: 'model' } })
    expect(
      (await app.send(`/v1/models/${QWEN}`, { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(404)
    expect(app.arrived()).toBe(before)
    await app.admin.call('PATCH', `/incoming-blocks/${block?.id}`, { allowed_models: [LLAMA] })
    expect((await listed(app, token)).map(({ id }) => id)).toEqual([LLAMA])
    expect((await chat(app, 'fast', {}, token)).status).toBe(404)
    expect((await chat(app, QWEN, {}, free)).status).toBe(404)
    expect((await chat(app, LLAMA, {}, free)).status).toBe(200)
  })
})

describe('/v1/models', () => {
  it('describes an alias by its first served target, with the least context of all its targets', async () => {
    const list = (id: string, length: number) => ({ data: [{ id, max_model_len: length, owned_by: id }] })
    const backends = await Promise.all(
      [list('big', 8000), list('small', 4000)].map((body) =>
        startUpstream((_request, response) => void response.end(JSON.stringify(body))),
      ),
    )
    const app = await startListingApp()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    for (const [at, { baseUrl }] of backends.entries()) await app.admin.endpoint(`e${at}`, baseUrl)
    await expect.poll(() => listed(app)).toHaveLength(2)
    await alias(app, 'any', [{ model: 'gone' }, { model: 'big' }, { model: 'small' }])
    await alias(app, 'dead', [{ model: 'gone' }])
    expect(await listed(app)).toEqual([
      { id: 'any', max_model_len: 4000, owned_by: 'big' },
      { id: 'big', max_model_len: 8000, owned_by: 'big' },
      { id: 'small', max_model_len: 4000, owned_by: 'small' },
    ])
    expect((await app.send('/v1/models/any')).json()).toMatchObject({ id: 'any', max_model_len: 4000 })
    expect((await app.send('/v1/models/dead')).status).toBe(404)
  })
})
