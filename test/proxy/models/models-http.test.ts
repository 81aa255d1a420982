// Models over HTTP: what the balancer learns of its backends, and where requests go because of it.
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { chatOf, eventually, startApp, startListingApp } from '../../support/apps/running-app.ts'
import { open } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

interface ListedModel {
  readonly id: string
  readonly max_model_len?: number
}

type App = Awaited<ReturnType<typeof startApp>>

const listed = async (app: App): Promise<ListedModel[]> =>
  ((await app.send('/v1/models')).json() as { data?: ListedModel[] }).data ?? []

/** Waits until the balancer knows these models. */
const known = (app: App, ...ids: string[]): Promise<void> =>
  eventually(async () => expect((await listed(app)).map(({ id }) => id)).toEqual(ids))

const chat = (app: App, model: string | undefined, fields: object = {}) =>
  app.post('/v1/chat/completions', chatOf({ model, max_tokens: 4, ...fields }))

describe('requests for models', () => {
  it('reach only endpoints that serve them, for five models over three endpoints', async () => {
    const served = [
      ['a', 'b', 'c'],
      ['b', 'c', 'd'],
      ['c', 'd', 'e'],
    ]
    const app = await startListingApp({ backends: served.map((models) => ({ models })) })
    await known(app, 'a', 'b', 'c', 'd', 'e')
    const sent = Array.from({ length: 60 }, (_, at) => 'abcde'[at % 5] ?? '')
    const responses = await Promise.all(sent.map((model, at) => chat(app, model, { stream: at % 2 === 0 })))
    expect(responses.map(({ status }) => status)).toEqual(sent.map(() => 200))
    for (const [at, response] of responses.entries()) {
      const backend = Number(String(response.headers['x-lb-endpoint']).slice('backend-'.length))
      expect(served[backend - 1]).toContain(sent[at])
      expect(response.headers['x-lb-attempts']).toBe('1')
    }
    expect(app.arrived()).toBe(60)
  })

  it('get a 404 that names near matches where no endpoint serves them, and nothing goes upstream', async () => {
    const app = await startListingApp({ backends: [{ models: ['llama-3', 'qwen-2'] }] })
    await known(app, 'llama-3', 'qwen-2')
    for (const stream of [false, true]) {
      const error = await app
        .openai()
        .chat.completions.create({ model: 'lama-3', stream, messages: [{ role: 'user', content: 'x' }] })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OpenAI.NotFoundError)
      expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
      expect((error as Error).message).toContain('Did you mean "llama-3"? Models in reach: llama-3, qwen-2.')
    }
    const response = await chat(app, 'lama-3')
    expect(response.json()).toMatchObject({ code: 'LB_ERR_MODEL_NOT_FOUND', status: 404 })
    expect(response.headers['retry-after']).toBeUndefined()
    for (const path of ['/v1/completions', '/v1/embeddings', '/v1/responses'])
      expect((await app.post(path, { model: 'lama-3', prompt: 'x', input: 'x' })).status).toBe(404)
    expect(app.arrived()).toBe(0)
    await eventually(async () =>
      expect((await app.requestLines()).at(-1)).toMatchObject({
        error_code: 'LB_ERR_MODEL_NOT_FOUND',
        endpoints: { 'backend-1': 'lacks the model' },
      }),
    )
  })

  it('get a 503, and no 404, where all endpoints that serve them are set aside, whatever others have room', async () => {
    const app = await startListingApp({
      backends: [
        { models: ['a'], fault: { kind: 'status', status: 503, pathPrefix: '/v1/chat' } },
        { models: ['b'] },
      ],
      environment: { LB_FAIL_THRESHOLD: '1', LB_COOLDOWN_SECONDS: '60' },
    })
    await known(app, 'a', 'b')
    expect((await chat(app, 'a')).headers['x-lb-endpoint']).toBe('backend-1')
    const refused = await chat(app, 'a')
    expect([refused.status, refused.json()]).toMatchObject([503, { code: 'LB_ERR_ALL_COOLING' }])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await chat(app, 'b')).status).toBe(200)
  })

  it('go anywhere without a model, and where nothing is known of the models', async () => {
    const app = await startListingApp({ backends: [{ models: ['a'] }, { models: ['b'] }] })
    await known(app, 'a', 'b')
    const { baseUrl } = await startUpstream((request, response) => {
      response.statusCode = request.url?.endsWith('/models') ? 404 : 200
      response.setHeader('content-type', 'application/json')
      response.end('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}')
    })
    expect((await chat(app, undefined)).status).toBe(200)
    expect((await chat(app, 'z')).status).toBe(404)
    await app.admin.endpoint('silent', baseUrl)
    const response = await chat(app, 'z')
    expect(response.status).toBe(200)
    expect(response.headers['x-lb-endpoint']).toBe('silent')
  })

  it('are refused by endpoints without a list where LB_UNKNOWN_MODELS says so', async () => {
    const { baseUrl } = await startUpstream((_request, response) => {
      response.statusCode = 404
      response.end()
    })
    const app = await startListingApp({ environment: { LB_UNKNOWN_MODELS: 'refuse' } })
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    const silent = await app.admin.endpoint('silent', baseUrl)
    expect((await chat(app, 'z')).status).toBe(404)
    expect((await chat(app, 'z')).json()).toMatchObject({ code: 'LB_ERR_MODEL_NOT_FOUND' })
    await app.admin.patchEndpoint(silent.id, { models: ['z'] })
    expect((await chat(app, 'z')).headers['x-lb-endpoint']).toBe('silent')
  })

  it('for a model that a backend has begun to serve are served as soon as one of them has been refused', async () => {
    const app = await startListingApp({ backends: [{ models: ['old'] }] })
    await known(app, 'old')
    app.backend.configure({ models: ['new'] })
    await eventually(async () => expect((await chat(app, 'new')).status).toBe(200))
    await known(app, 'new')
  })

  it("follow the endpoint's own field: names replace the list, patterns narrow it, * takes any", async () => {
    const app = await startListingApp({
      backends: [{ models: ['qwen-1', 'qwen-2', 'llama'] }],
    })
    await known(app, 'llama', 'qwen-1', 'qwen-2')
    await app.admin.patchEndpoint(app.endpoint.id, { models: ['qwen-*'] })
    await known(app, 'qwen-1', 'qwen-2')
    expect((await chat(app, 'llama')).status).toBe(404)
    expect((await chat(app, 'qwen-3')).status).toBe(404)
    expect((await chat(app, 'qwen-2')).status).toBe(200)
    await app.admin.patchEndpoint(app.endpoint.id, { models: ['llama', 'other'] })
    await known(app, 'llama', 'other')
    expect((await chat(app, 'qwen-2')).status).toBe(404)
    expect(app.arrived()).toBe(1)
    await app.admin.patchEndpoint(app.endpoint.id, { models: ['*'] })
    await known(app, 'llama', 'qwen-1', 'qwen-2')
    // The backend itself refuses it.
    expect((await chat(app, 'no-such')).status).toBe(404)
    expect(app.arrived()).toBe(2)
  })

  it('fail over, counted against no endpoint, where the backend says that it lacks the model', async () => {
    const app = await startListingApp({
      // A single failure would open the breaker, and no failover for failures is left.
      environment: { LB_FAIL_THRESHOLD: '1', LB_FAILOVER_ATTEMPTS: '0' },
      backends: [{ models: ['a', 'b'] }, { models: ['a', 'b'] }],
      endpoints: [{ token_quota_percent: 100 }, { token_quota_percent: 0 }],
    })
    await known(app, 'a', 'b')
    app.backend.configure({ models: ['a'] })
    for (const stream of [false, true]) {
      const response = await chat(app, 'b', { stream })
      expect(response.status).toBe(200)
      expect(response.headers['x-lb-endpoint']).toBe('backend-2')
    }
    const [first] = (await app.admin.state()).endpoints
    expect(first).toMatchObject({
      total_failures: 0,
      consecutive_failures: 0,
      breaker_state: 'closed',
      inflight: 0,
    })
    // The refusal has let the list be read anew.
    await eventually(async () => expect((await chat(app, 'b')).headers['x-lb-attempts']).toBe('1'))
  })

  it('are not sent again for a while to an endpoint without a list that has said it lacks the model', async () => {
    let refused = 0
    const { baseUrl } = await startUpstream((request, response) => {
      if (request.method === 'POST') refused += 1
      response.statusCode = 404
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.method === 'POST' ? { error: 'model "a" not found' } : {}))
    })
    const app = await startListingApp({
      backends: [{ models: ['a'] }],
      endpoints: [{ token_quota_percent: 0 }],
    })
    await known(app, 'a')
    const lacking = await app.admin.endpoint('lacking', baseUrl, { token_quota_percent: 100 })
    for (const attempts of ['2', '1', '1', '1']) {
      const response = await chat(app, 'a')
      expect(response.status).toBe(200)
      expect(response.headers).toMatchObject({ 'x-lb-endpoint': 'backend-1', 'x-lb-attempts': attempts })
    }
    expect(refused).toBe(1)
    // Another address may lead to another backend.
    await app.admin.patchEndpoint(lacking.id, { base_url: baseUrl.replace('127.0.0.1', 'localhost') })
    expect((await chat(app, 'a')).headers['x-lb-attempts']).toBe('2')
    expect(refused).toBe(2)
  })

  it('get the 404 of the backend as it is, whatever its size, where no other endpoint is left or it says something else', async () => {
    const bodies = {
      model: '{"error":{"message":"The model `m` does not exist.","type":"NotFoundError","code":404}}',
      route: '{"detail":"Not Found"}',
      text: 'nothing here',
      empty: '',
      long: JSON.stringify({ error: { message: 'y'.repeat(300_000) } }),
    }
    let said: keyof typeof bodies = 'model'
    const { baseUrl } = await startUpstream((request, response) => {
      response.statusCode = request.url?.endsWith('/models') ? 500 : 404
      response.setHeader('content-type', 'application/json')
      response.end(bodies[said])
    })
    const app = await startApp()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    await app.admin.endpoint('lacking', baseUrl)
    for (said of Object.keys(bodies) as (keyof typeof bodies)[]) {
      for (const stream of [false, true]) {
        const response = await chat(app, `m-${said}-${stream}`, { stream })
        expect(response.status).toBe(404)
        expect(response.text).toBe(bodies[said])
      }
    }
    const again = await chat(app, 'm-model-false')
    expect(again.json()).toMatchObject({ code: 'LB_ERR_MODEL_NOT_FOUND', error: { param: 'model' } })
  })
})

describe('requests that wait for a busy model', () => {
  it('hold up none for a free one, of the same client', async () => {
    const app = await startListingApp({
      backends: [{ models: ['busy'], ttftMs: 600_000 }, { models: ['free'] }],
      endpoints: { max_concurrent: 1 },
    })
    await known(app, 'busy', 'free')
    const clients = Array.from({ length: 6 }, () =>
      open(`${app.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(chatOf({ model: 'busy' })),
      }),
    )
    // They end with the app.
    for (const client of clients) client.on('error', () => undefined)
    await eventually(async () => expect((await app.admin.state()).stats.queued).toBe(5))
    for (let n = 0; n < 10; n += 1) expect((await chat(app, 'free')).status).toBe(200)
    expect((await app.admin.state()).stats.queued).toBe(5)
    for (const client of clients) client.destroy()
  })
})

describe('the list of models', () => {
  it('costs no request to a backend, for 200 calls over 50 endpoints', async () => {
    let lists = 0
    const { baseUrl } = await startUpstream((_request, response) => {
      lists += 1
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: [{ id: 'm' }] }))
    })
    const app = await startListingApp()
    for (let n = 0; n < 50; n += 1) await app.admin.endpoint(`e-${n}`, baseUrl)
    await eventually(() => expect(lists).toBe(50))
    await known(app, 'm', 'sim-model')
    for (let n = 0; n < 200; n += 1) expect(await listed(app)).toHaveLength(2)
    expect(lists).toBe(50)
    expect(app.arrived()).toBe(0)
  })

  it('does not wait for an endpoint that hangs, nor ask it a second time meanwhile', async () => {
    let requests = 0
    const { baseUrl } = await startUpstream(() => void (requests += 1))
    const app = await startListingApp()
    await app.admin.endpoint('hung', baseUrl, { max_concurrent: 1 })
    const lists = await Promise.all(Array.from({ length: 50 }, () => listed(app)))
    for (const list of lists) expect(list.map(({ id }) => id)).toEqual(['sim-model'])
    expect(requests).toBe(1)
    const { stats, endpoints } = await app.admin.state()
    expect(stats).toMatchObject({ total_requests_served: 0, total_errors: 0, requests_per_second: 0 })
    for (const endpoint of endpoints)
      expect(endpoint).toMatchObject({ total_requests: 0, total_failures: 0, inflight: 0 })
  })

  it('waits for the first read of a new endpoint, and unites cards with the least context length', async () => {
    const app = await startListingApp({
      backends: [{ models: ['shared', 'one'] }, { models: ['shared'] }],
    })
    const lengths = [4096, undefined, 2048]
    for (const [at, length] of lengths.entries()) {
      const { baseUrl } = await startUpstream((_request, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ data: [{ id: 'lora', parent: 'shared', max_model_len: length }] }))
      })
      await app.admin.endpoint(`lora-${at}`, baseUrl)
    }
    await known(app, 'lora', 'one', 'shared')
    await eventually(async () => {
      const lora = (await listed(app)).find(({ id }) => id === 'lora')
      expect(lora).toEqual({ id: 'lora', parent: 'shared', max_model_len: 2048 })
    })
    const missing = await app.send('/v1/models/sharde')
    expect(missing.status).toBe(404)
    expect(missing.json()).toMatchObject({ error: { code: 'model_not_found' } })
    expect(missing.text).toContain('Did you mean \\"shared\\"?')
  })

  it('shows a client only what its block reaches', async () => {
    const app = await startListingApp({ backends: [{ models: ['a'] }, { models: ['b'] }] })
    await known(app, 'a', 'b')
    const block = await app.admin.block('Team')
    const [, second] = app.endpoints
    await app.admin.call('DELETE', `/wires/${block.id}/${second?.id}`)
    const { token } = await app.admin.token('t', { incoming_block_id: block.id })
    const headers = { authorization: `Bearer ${token}` }
    const response = await app.send('/v1/models', { headers })
    expect(response.json()).toMatchObject({ data: [{ id: 'a' }] })
    const refused = await app.post('/v1/chat/completions', chatOf({ model: 'b' }), headers)
    expect(refused.status).toBe(404)
    expect(refused.text).toContain('Models in reach: a.')
    expect((await app.send('/v1/models/b', { headers })).status).toBe(404)
  })
})
