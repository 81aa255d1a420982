// The routes of the forwarded calls over HTTP: what reaches an upstream, under which path and with which query.
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { servedRoutes } from '../../../src/proxy/apis/apis.ts'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'
import { rawPost, sendBytes } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

/** Those that take a JSON body and name no object. */
const posts = servedRoutes(false).filter(
  ({ api }) => api.method === 'POST' && !api.takesForm && api.pathObject === undefined,
)

/** Starts an upstream that notes what it is asked for. */
async function startRecorder() {
  const asked: string[] = []
  const { baseUrl } = await startUpstream((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  return { baseUrl, asked }
}

/** Starts the balancer with one endpoint at the base URL. */
async function startAt(baseUrl: string, environment: Readonly<Record<string, string>> = {}) {
  const app = await startApp({ environment })
  await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
  return app
}

describe('every route of a call', () => {
  it.each(['/v1', '/some/prefix/v1', ''])(
    'leads to where a backend at %s serves it, with the query',
    async (basePath) => {
      const { baseUrl, asked } = await startRecorder()
      const app = await startAt(new URL(baseUrl).origin + basePath)
      const root = basePath.replace(/\/v1$/, '')
      const expected: string[] = []
      for (const { url, path } of posts) {
        const address = url.replace(':pool', 'any-pool')
        for (const query of ['', '?x=%20y&beta=true']) {
          expect((await app.post(address + query, chatOf())).status).toBe(200)
          expected.push(`POST ${path.startsWith('/v1/') ? basePath + path.slice(3) : root + path}${query}`)
        }
      }
      expect(asked).toEqual(expected)
    },
  )
})

it('every route of a call below /v1 is served at the root, and behind a segment, as well', () => {
  const routes = servedRoutes(true).map(({ api, url }) => `${api.method} ${url}`)
  const below = routes.filter((route) => / \/v1\/(?!:pool\/)/.test(route))
  for (const path of ['chat/completions', 'completions', 'embeddings', 'responses'])
    expect(below).toContain(`POST /v1/${path}`)
  for (const route of below) {
    expect(routes).toContain(route.replace('/v1/', '/'))
    expect(routes).toContain(route.replace('/v1/', '/v1/:pool/'))
  }
})

describe('a query', () => {
  it('never brings a fragment along, nor anything that cannot be sent or is too long', async () => {
    const { baseUrl, asked } = await startRecorder()
    const app = await startAt(baseUrl)
    const body = JSON.stringify(chatOf())
    const ask = (url: string) => sendBytes(app.port, rawPost(url, ['Connection: close'], body))
    expect((await ask('/v1/chat/completions?a=1#frag?b')).status).toBe(200)
    expect((await ask('/v1/chat/completions#frag?a=1')).status).toBe(200)
    expect((await ask('/v1/chat/completions?')).status).toBe(200)
    expect(asked).toEqual([
      'POST /v1/chat/completions?a=1',
      'POST /v1/chat/completions',
      'POST /v1/chat/completions',
    ])
    for (const query of ['?a=\xe4', `?${'a'.repeat(5000)}`]) {
      const { status, body: text } = await ask(`/v1/chat/completions${query}`)
      expect([status, JSON.parse(text)]).toMatchObject([400, { error: { code: 'LB_ERR_BAD_REQUEST' } }])
    }
    expect(asked).toHaveLength(3)
  })

  it('does not get into the log', async () => {
    const { baseUrl } = await startRecorder()
    const app = await startAt(baseUrl)
    await app.post('/v1/chat/completions?key=secret-of-a-client', chatOf())
    await eventually(async () => expect(await app.requestLines()).toHaveLength(1))
    expect(await app.logText()).not.toContain('secret-of-a-client')
  })
})

describe('bad input', () => {
  it('gets a clear error on every route, and nothing goes upstream', async () => {
    const { baseUrl, asked } = await startRecorder()
    const app = await startAt(baseUrl)
    const bodies = [
      ['{"model":', 'LB_ERR_INVALID_JSON'],
      ['[]', 'LB_ERR_INVALID_BODY'],
      ['', 'LB_ERR_INVALID_JSON'],
      ['{"model":1}', 'LB_ERR_BAD_REQUEST'],
      ['{"model":"a","model":"b"}', 'LB_ERR_DUPLICATE_KEY'],
    ] as const
    for (const { url, api } of posts) {
      const isAnthropic = api.name === 'messages' || api.name === 'count_tokens'
      const isOllama = url.startsWith('/api/')
      for (const [body, code] of bodies) {
        const response = await app.post(url.replace(':pool', 'p'), body)
        expect([url, response.status, response.json()]).toMatchObject([
          url,
          400,
          isAnthropic
            ? { type: 'error', error: { type: 'invalid_request_error' } }
            : { error: isOllama ? (expect.stringMatching(/./) as string) : { code } },
        ])
      }
      // To a GET it looks like the name of a stored response.
      if (url.endsWith('/responses/input_tokens')) continue
      const get = await app.send(url.replace(':pool', 'p'))
      expect([url, get.status, get.headers.allow]).toEqual([url, 405, 'POST'])
    }
    expect(asked).toEqual([])
  })
})

describe('unknown routes below /v1', () => {
  const on = { LB_PASS_UNKNOWN_ROUTES: 'true' }

  it('are not passed on by default', async () => {
    const { baseUrl, asked } = await startRecorder()
    const app = await startAt(baseUrl)
    expect((await app.post('/v1/new/call', {})).status).toBe(404)
    expect((await app.send('/v1/files')).status).toBe(404)
    expect(asked).toEqual([])
  })

  it('are passed on where the operator says so, GET without a body and POST with its JSON', async () => {
    const bodies: string[] = []
    const { baseUrl } = await startUpstream((request: IncomingMessage, response) => {
      bodies.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? '-'}`)
      response.setHeader('content-type', 'application/json').end('{}')
    })
    const app = await startAt(baseUrl, on)
    expect((await app.post('/v1/new/call?x=1', { a: 1 })).status).toBe(200)
    expect((await app.send('/v1/files?limit=2')).status).toBe(200)
    expect((await app.send('/v1/models')).status).not.toBe(404)
    expect(bodies).toEqual(['POST /v1/new/call?x=1 7', 'GET /v1/files?limit=2 -'])
    const lines = (await app.requestLines()).filter(({ route }) => route === '/v1/*')
    expect(lines.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it('go to endpoints alone that serve other calls', async () => {
    const { baseUrl, asked } = await startRecorder()
    const app = await startAt(baseUrl, on)
    await app.admin.patchEndpoint(app.endpoint.id, { apis: ['chat'] })
    const refused = await app.post('/v1/new/call', { a: 1 })
    expect([refused.status, refused.json()]).toMatchObject([404, { code: 'LB_ERR_API_NOT_SERVED' }])
    expect(asked).toEqual([])
    await app.admin.patchEndpoint(app.endpoint.id, { apis: ['other'] })
    expect((await app.post('/v1/new/call', { a: 1 })).status).toBe(200)
    expect((await app.post('/v1/chat/completions', chatOf())).status).toBe(404)
    expect(asked).toEqual(['POST /v1/new/call'])
  })

  it('do not lead a backend out of its /v1, and take no body that is no JSON', async () => {
    const { baseUrl, asked } = await startRecorder()
    const app = await startAt(baseUrl, on)
    for (const path of ['/v1/../admin', '/v1/%2e%2e/admin', '/v1/a/..%2f..%2fadmin', '/v1/.hidden', '/v1//a'])
      expect([path, (await app.send(path)).status]).toEqual([path, 404])
    expect((await app.post('/v1/new/call', 'no json')).status).toBe(400)
    expect((await app.send('/v1/files', { method: 'DELETE' })).status).toBe(405)
    expect((await app.send('/v1/files', { method: 'HEAD' })).status).toBe(405)
    expect(asked).toEqual([])
  })
})
