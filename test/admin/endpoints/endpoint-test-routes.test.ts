import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endpointTestView, type EndpointTestView } from '../../../src/contract/endpoint-test.ts'
import { createSimulatedBackend } from '../../../src/simulation/simulated-backend.ts'
import { startRawUpstream, startUpstream } from '../../support/upstreams/http-upstream.ts'
import { startAdmin, type Admin } from '../start-admin.ts'

const KEY = 'sk-key-of-the-backend'

/** Responds with models if the key is right. */
async function startBackend(models: readonly string[] = ['model-b', 'model-a'], key = KEY) {
  const asked: { url: string | undefined; authorization: string | undefined }[] = []
  const upstream = await startUpstream((request: IncomingMessage, response: ServerResponse) => {
    const { authorization } = request.headers
    asked.push({ url: request.url, authorization })
    if (authorization !== `Bearer ${key}`) return void response.writeHead(401).end()
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id })) }))
  })
  return { ...upstream, asked }
}

async function test(admin: Admin, path: string, body?: object): Promise<EndpointTestView> {
  const answer = await admin.call('POST', path, body)
  expect(answer.status).toBe(200)
  return endpointTestView.strict().parse(answer.body)
}

const failed = (status: number | null, error: string) => ({ ok: false, status, models: [], error })

describe('the test of a stored endpoint', () => {
  it('returns status, latency and models, uses the stored key, and is not counted', async () => {
    const admin = await startAdmin()
    const backend = await startBackend()
    const id = await admin.endpoint('a', { base_url: backend.baseUrl, api_key: KEY, connected: true })
    const rows = (await admin.audit()).length
    expect(await test(admin, `/endpoints/${id}/test`)).toMatchObject({
      ok: true,
      status: 200,
      models: ['model-b', 'model-a'],
      error: null,
    })
    const authorization = `Bearer ${KEY}`
    expect(backend.asked).toEqual([
      { url: '/v1/models', authorization },
      { url: '/v1/chat/completions', authorization },
    ])
    const { body } = await admin.call('GET', '/state')
    expect(body).toMatchObject({
      endpoints: [{ total_requests: 0, inflight: 0, last_error: null }],
      stats: { total_requests_served: 0 },
    })
    expect(await admin.audit()).toHaveLength(rows)
  })

  it('reports an unknown endpoint', async () => {
    const admin = await startAdmin()
    expect((await admin.call('POST', '/endpoints/9/test')).status).toBe(404)
    const body = { base_url: 'http://127.0.0.1:9', endpoint_id: 9 }
    expect((await admin.call('POST', '/endpoint-test', body)).status).toBe(404)
  })

  it('names at most a hundred models, with ids of 256 characters at most', async () => {
    const admin = await startAdmin()
    const backend = await startBackend(
      Array.from({ length: 300 }, (_, n) => `m${n}`.padEnd(n === 0 ? 257 : 256, 'x')),
    )
    const { models } = await test(admin, '/endpoint-test', { base_url: backend.baseUrl, api_key: KEY })
    expect(models).toHaveLength(100)
    expect(models[99]).toBe('m100'.padEnd(256, 'x'))
  })
})

describe('the findings of a test', () => {
  const results = ({ reachable, authorised, has_models }: EndpointTestView) =>
    [reachable, authorised, has_models].map(({ result }) => result)

  it('tell a key that is refused from a model list that is public, and cost no generation', async () => {
    const admin = await startAdmin()
    const backend = createSimulatedBackend({ apiKey: KEY, publicModels: true })
    onTestFinished(() => backend.close())
    const { baseUrl: base_url } = await backend.listen()
    const wrong = await test(admin, '/endpoint-test', { base_url, api_key: 'sk-wrong' })
    expect(results(wrong)).toEqual(['yes', 'no', 'yes'])
    expect(wrong).toMatchObject({ ok: false, status: 401, models: ['sim-model'] })
    expect(wrong.error).toBe('the endpoint does not accept the API key')
    const right = await test(admin, '/endpoint-test', { base_url, api_key: KEY })
    expect(results(right)).toEqual(['yes', 'yes', 'yes'])
    expect(right.authorised.detail).toBe('the endpoint accepts the API key')
    backend.configure({ publicModels: false, mistakeStatus: 500 })
    expect(results(await test(admin, '/endpoint-test', { base_url, api_key: KEY }))).toEqual([
      'yes',
      'yes',
      'yes',
    ])
    expect(results(await test(admin, '/endpoint-test', { base_url }))).toEqual(['yes', 'no', 'unknown'])
    expect(backend.served().total.completionTokens).toBe(0)
  })

  it.each([
    [200, 404, ['yes', 'yes', 'yes']],
    [404, 404, ['yes', 'unknown', 'no']],
    [404, 400, ['yes', 'yes', 'no']],
    [200, 503, ['yes', 'unknown', 'yes']],
    [200, 403, ['yes', 'no', 'yes']],
    [500, 422, ['yes', 'yes', 'no']],
  ])('after statuses %i for models and %i for a chat are %j', async (models, chat, expected) => {
    const admin = await startAdmin()
    const { baseUrl: base_url } = await startUpstream((request, response) => {
      response.writeHead(request.method === 'GET' ? models : chat).end('{"data":[{"id":"a"}]}')
    })
    expect(results(await test(admin, '/endpoint-test', { base_url, api_key: KEY }))).toEqual(expected)
  })

  it('know nothing of a key where nothing answers', async () => {
    const admin = await startAdmin()
    const { reachable, ...others } = await test(admin, '/endpoint-test', {
      base_url: 'http://127.0.0.1:9/v1',
    })
    expect(reachable).toEqual({ result: 'no', detail: 'the endpoint refused the connection' })
    expect([others.authorised.result, others.has_models.result]).toEqual(['unknown', 'unknown'])
  })
})

describe('the test of an endpoint that is being entered', () => {
  it('sends the key that was entered, or none', async () => {
    const admin = await startAdmin()
    const { baseUrl: base_url, asked } = await startBackend()
    expect(await test(admin, '/endpoint-test', { base_url, api_key: KEY })).toMatchObject({ ok: true })
    expect(await test(admin, '/endpoint-test', { base_url })).toMatchObject(
      failed(401, 'the endpoint does not accept the API key: it wants one, and none is set'),
    )
    const sent = [`Bearer ${KEY}`, `Bearer ${KEY}`, undefined]
    expect(asked.map(({ authorization }) => authorization)).toEqual(sent)
  })

  it('sends the stored key to the origin that it was stored for, and never to another', async () => {
    const admin = await startAdmin()
    const [own, other] = [await startBackend(), await startBackend()]
    const endpoint_id = await admin.endpoint('a', { base_url: own.baseUrl, api_key: KEY })
    const another = `${own.baseUrl}/another`
    expect(await test(admin, '/endpoint-test', { base_url: another, endpoint_id })).toMatchObject({
      ok: true,
    })
    expect(await test(admin, '/endpoint-test', { base_url: other.baseUrl, endpoint_id })).toMatchObject({
      ok: false,
      status: 401,
    })
    await test(admin, '/endpoint-test', { base_url: own.baseUrl, endpoint_id, api_key: '' })
    expect(own.asked).toEqual([
      { url: '/v1/another/models', authorization: `Bearer ${KEY}` },
      { url: '/v1/another/chat/completions', authorization: `Bearer ${KEY}` },
      { url: '/v1/models', authorization: undefined },
    ])
    expect(other.asked).toEqual([{ url: '/v1/models', authorization: undefined }])
  })

  it('follows no redirect, so that no key is sent to another origin', async () => {
    const admin = await startAdmin()
    const other = await startBackend()
    const { baseUrl: base_url } = await startUpstream((_request, response) =>
      response.writeHead(307, { location: `${other.baseUrl}/models` }).end(),
    )
    expect(await test(admin, '/endpoint-test', { base_url, api_key: KEY })).toMatchObject(
      failed(307, 'the endpoint answered with status 307'),
    )
    expect(other.asked).toEqual([])
  })

  it.each([
    {
      name: 'no JSON',
      body: '<html>',
      error: 'the endpoint answered with something else than a list of models',
    },
    {
      name: 'another JSON',
      body: '{"models":[]}',
      error: 'the endpoint answered with something else than a list of models',
    },
    { name: 'far too much', body: ' '.repeat(4_194_305), error: 'the endpoint answered with too much' },
  ])('says so where it gets $name', async ({ body, error }) => {
    const admin = await startAdmin()
    const { baseUrl: base_url } = await startUpstream((_request, response) => void response.end(body))
    expect(await test(admin, '/endpoint-test', { base_url })).toMatchObject(failed(200, error))
  })

  it('describes a failure without addresses and keys', async () => {
    const admin = await startAdmin()
    const closed = await startRawUpstream((socket) => socket.destroy())
    const silent = await startUpstream(() => undefined)
    const broken = await startRawUpstream((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":'),
    )
    const errorOf = async (base_url: string) => {
      const { status, error, latency_ms } = await test(admin, '/endpoint-test', {
        base_url,
        api_key: KEY,
        timeout_seconds: 1,
      })
      expect(latency_ms).toBeGreaterThanOrEqual(0)
      return [status, error]
    }
    expect(await errorOf('http://127.0.0.1:9/v1')).toEqual([null, 'the endpoint refused the connection'])
    expect(await errorOf(closed.baseUrl)).toEqual([null, 'the endpoint closed the connection'])
    expect(await errorOf(silent.baseUrl)).toEqual([null, 'the endpoint did not answer in time'])
    expect(await errorOf(broken.baseUrl)).toEqual([
      200,
      'the endpoint closed the connection before its answer was complete',
    ])
    expect(await errorOf(broken.baseUrl.replace('http:', 'https:'))).toEqual([
      null,
      'the endpoint failed the TLS handshake',
    ])
  })

  it.each([
    { base_url: 'ftp://host' },
    { base_url: 'http://user:secret@host' },
    { base_url: 'http://host', headers: {} },
    { base_url: 'http://host', timeout_seconds: 0 },
    {},
  ])('refuses the body %j', async (body) => {
    const admin = await startAdmin()
    expect((await admin.call('POST', '/endpoint-test', body)).status).toBe(422)
  })
})
