// The calls that generate no chat, through the balancer, with the unmodified clients that people use for them.
import { CohereClient, CohereClientV2 } from 'cohere-ai'
import { describe, expect, it } from 'vitest'
import { embed } from '../../../src/simulation/formats/embedding-format.ts'
import { eventually, startApp } from '../../support/apps/running-app.ts'
import { failureOf, refusals } from '../../support/clients/client-trials.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const model = 'sim-model'
const documents = ['The queue moves.', 'Nobody waits.', 'Tokens arrive.']

describe('the unmodified cohere-ai client', () => {
  it.each([
    ['second', '/v2/rerank', CohereClientV2],
    ['first', '/v1/rerank', CohereClient],
  ] as const)('reranks by the %s version of the API', async (_version, path, Client) => {
    const app = await startApp()
    const client = new Client({ environment: app.url, token: 'none', maxRetries: 0 })
    const { results } = await client.rerank({ model, query: 'What moves?', documents, topN: 2 })
    expect(results).toHaveLength(2)
    const [first, second] = results.map(({ relevanceScore }) => relevanceScore)
    expect(first).toBeGreaterThan(second ?? Infinity)
    expect(app.backend.served().routes[path]).toMatchObject({ finished: 1 })
    // Of the query and the documents; four characters are a token.
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      prompt_tokens_total: 3 + 4 + 4 + 4,
      completion_tokens_total: 0,
    })
  })

  it('gets a clear error for a key that is wrong, and for a call that nothing serves', async () => {
    const app = await startApp({ endpoints: { apis: ['chat'] } })
    const ask = (token: string) =>
      new CohereClientV2({ environment: app.url, token, maxRetries: 0 }).rerank({
        model,
        query: 'q',
        documents,
      })
    await expect(ask('none')).rejects.toMatchObject({
      statusCode: 404,
      body: { code: 'LB_ERR_API_NOT_SERVED' },
    })
    await app.admin.token('a client')
    await expect(ask('wrong')).rejects.toMatchObject({ statusCode: 401 })
    expect(app.arrived()).toBe(0)
  })

  it.each(refusals)('is told in words: $what', async ({ status, words, start }) => {
    const { app, model: asked } = await start()
    const client = new CohereClientV2({ environment: app.url, token: 'none', maxRetries: 0 })
    const error = await failureOf(client.rerank({ model: asked, query: 'q', documents }))
    expect(error).toMatchObject({ statusCode: status, message: expect.stringContaining(words) as string })
  })

  it('aborts the backend’s request', async () => {
    const app = await startApp({ backends: [{ ttftMs: 60_000 }] })
    const leaving = new AbortController()
    const client = new CohereClientV2({ environment: app.url, token: 'none', maxRetries: 0 })
    const asked = failureOf(client.rerank({ model, query: 'q', documents }, { abortSignal: leaving.signal }))
    await eventually(() => expect(app.backend.served().total.requests).toBe(1))
    leaving.abort()
    await asked
    await eventually(() => expect(app.backend.served().total).toMatchObject({ aborted: 1, requests: 1 }))
  })
})

describe('the unmodified openai client', () => {
  it('gets speech byte for byte, and as events with their usage', async () => {
    const app = await startApp()
    const speech = { model, voice: 'alloy', input: 'The queue moves. '.repeat(400) }
    const whole = await app.openai().audio.speech.create(speech)
    expect(whole.headers.get('content-type')).toBe('audio/mpeg')
    const bytes = Buffer.from(await whole.arrayBuffer())
    const direct = await fetch(`${app.backend.baseUrl}/audio/speech`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(speech),
    })
    expect(bytes.length).toBe(256 * speech.input.length)
    expect(bytes.equals(Buffer.from(await direct.arrayBuffer()))).toBe(true)
    const before = (await app.admin.state()).endpoints[0]
    expect(before).toMatchObject({ total_success: 1, completion_tokens_total: 0 })
    const events = await app.openai().audio.speech.create({ ...speech, stream_format: 'sse' })
    expect(await events.text()).toContain(bytes.toString('base64'))
    const after = (await app.admin.state()).endpoints[0]
    expect(after).toMatchObject({ total_success: 2, completion_tokens_total: speech.input.length / 4 })
  })

  it('gets moderations and images', async () => {
    const app = await startApp()
    const { results } = await app.openai().moderations.create({ model, input: documents })
    expect(results.map(({ flagged }) => flagged)).toEqual([false, false, false])
    const images = await app.openai().images.generate({ model, prompt: 'a queue', n: 2 })
    expect(
      images.data?.map(({ b64_json }) => Buffer.from(b64_json ?? '', 'base64').toString('latin1', 1, 4)),
    ).toEqual(['PNG', 'PNG'])
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      completion_tokens_total: 2,
    })
  })

  it('gets the 404 of a model that no endpoint serves, whatever the call', async () => {
    const app = await startApp({ endpoints: { models: ['other'] } })
    for (const ask of [
      () => app.openai().audio.speech.create({ model, voice: 'alloy', input: 'x' }),
      () => app.openai().moderations.create({ model, input: 'x' }),
      () => app.openai().images.generate({ model, prompt: 'x' }),
    ])
      await expect(ask()).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    expect(app.arrived()).toBe(0)
  })
})

describe('the calls of engines', () => {
  it('get what vLLM sends, at the root and under /v1', async () => {
    const app = await startApp()
    const ask = async (path: string, body: object) => (await app.post(path, { model, ...body })).json()
    for (const path of ['/score', '/v1/score', '/v1/any-pool/score'])
      expect(await ask(path, { text_1: 'a', text_2: ['b', 'c'] })).toMatchObject({
        data: [{ object: 'score' }, { object: 'score' }],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      })
    for (const path of ['/classify', '/v1/classify'])
      expect(await ask(path, { input: 'a' })).toMatchObject({ data: [{ num_classes: 2 }] })
    expect(await ask('/pooling', { input: 'a' })).toMatchObject({ data: [{ data: [...embed('a', 8)] }] })
    const { tokens } = (await ask('/tokenize', { prompt: 'Größe 東京' })) as { tokens: number[] }
    expect(await ask('/detokenize', { tokens })).toEqual({ prompt: 'Größe 東京' })
    const { routes } = app.backend.served()
    expect(routes).toMatchObject({ '/score': { finished: 1 }, '/v1/score': { finished: 2 } })
  })

  it('are not sent the priority of their token where engines do not know it', async () => {
    const bodies: string[] = []
    const app = await startApp()
    const { baseUrl } = await startUpstream((request, response) => {
      bodies.push(`${request.url} ${request.headers['content-length']}`)
      response.setHeader('content-type', 'application/json').end('{}')
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const { token } = await app.admin.token('urgent', { request_priority: 7 })
    const headers = { authorization: `Bearer ${token}` }
    await app.post('/tokenize', { prompt: 'x' }, headers)
    await app.post('/rerank', { query: 'x' }, headers)
    expect(bodies).toEqual([
      `/tokenize ${'{"prompt":"x"}'.length}`,
      `/rerank ${'{"priority":7,"query":"x"}'.length}`,
    ])
  })
})

describe('a response that is no JSON object', () => {
  it.each([
    ['a list at the top', 'application/json', '[{"index":0,"score":0.5}]'],
    ['bytes that begin like an object', 'application/octet-stream', '{\x00\xff\x80'],
    ['audio that begins like an object', 'audio/wav', '{RIFF'],
    ['a text that begins like an object', 'text/plain; charset=utf-8', '{laughs} Hello'],
  ])('passes byte for byte: %s', async (_what, type, text) => {
    const bytes = Buffer.from(text, 'latin1')
    const app = await startApp()
    // Without a content-length, so that only its own end says that it is complete.
    const { baseUrl } = await startUpstream((_request, response) => {
      response.setHeader('content-type', type).write(bytes.subarray(0, 1))
      response.end(bytes.subarray(1))
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    for (const path of ['/v1/embeddings', '/rerank', '/v1/audio/speech']) {
      const response = await app.post(path, { input: 'x' })
      expect([response.status, response.isComplete, response.headers['content-type']]).toEqual([
        200,
        true,
        type,
      ])
      expect(response.bytes.equals(bytes)).toBe(true)
    }
    const [endpoint] = (await app.admin.state()).endpoints
    expect(endpoint).toMatchObject({ total_success: 3, total_failures: 0 })
  })
})
