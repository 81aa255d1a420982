// Which endpoints a call goes to over HTTP: by the field `apis`, and by what backends turn out to lack.
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const QUERY = { model: 'm', query: 'q', documents: ['d'] }

const ok = (response: ServerResponse): void =>
  void response.setHeader('content-type', 'application/json').end('{"results":[]}')

const lacks = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(body)

const NOT_FOUND = '{"detail":"Not Found"}'

/** Upstreams that answer as they are told, each at an endpoint; the first is preferred while it takes requests. */
async function start(...answers: ((response: ServerResponse) => void)[]) {
  const asked = answers.map(() => 0)
  const upstreams = await Promise.all(
    answers.map((_answer, at) =>
      startUpstream((_request, response) => {
        asked[at] = (asked[at] ?? 0) + 1
        answers[at]?.(response)
      }),
    ),
  )
  // A failure would open the breaker, and no failover for failures is left.
  const app = await startApp({
    environment: { LB_FAIL_THRESHOLD: '1', LB_FAILOVER_ATTEMPTS: '0' },
    backends: answers.map(() => ({})),
  })
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  for (const [at, { id }] of app.endpoints.entries())
    await app.admin.patchEndpoint(id, { base_url: upstreams[at]?.baseUrl, priority_order: at })
  return { app, asked, answers }
}

describe('a backend that lacks a route', () => {
  it.each([
    ['of vLLM', 404, NOT_FOUND],
    ['of llama.cpp', 404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}'],
    ['of Ollama', 404, '404 page not found\n'],
    ['with 405', 405, '{"detail":"Method Not Allowed"}'],
  ])(
    '%s is left at once and for the next requests, without a counted failure',
    async (_engine, status, body) => {
      const { app, asked } = await start(lacks(status, body), ok)
      const first = await app.post('/v1/rerank', QUERY)
      expect([first.status, first.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      expect(first.headers['x-lb-attempts']).toBe('2')
      const second = await app.post('/v1/rerank', QUERY)
      expect([second.status, second.headers['x-lb-attempts']]).toEqual([200, '1'])
      expect(asked).toEqual([1, 2])
      const [endpoint] = (await app.admin.state()).endpoints
      expect(endpoint).toMatchObject({ total_failures: 0, consecutive_failures: 0, breaker_state: 'closed' })
      // It is asked for the same call at another path.
      await app.post('/rerank', QUERY)
      expect(asked).toEqual([2, 3])
    },
  )

  it('is left by a stream too, before the client has a byte', async () => {
    const events = (response: ServerResponse): void =>
      void response
        .setHeader('content-type', 'text/event-stream')
        .end('data: {"choices":[]}\n\ndata: [DONE]\n\n')
    const { app } = await start(lacks(404, NOT_FOUND), events)
    const response = await app.post('/v1/chat/completions', chatOf({ stream: true }))
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([200, '2'])
  })

  it('sends its own 404 where all lack it: the first request asks all of them, later ones ask one', async () => {
    const { app, asked, answers } = await start(lacks(404, NOT_FOUND), lacks(404, NOT_FOUND))
    for (const attempts of ['2', '1', '1']) {
      const response = await app.post('/v1/rerank', QUERY)
      expect([response.status, response.text, response.headers['x-lb-attempts']]).toEqual([
        404,
        NOT_FOUND,
        attempts,
      ])
    }
    expect(asked).toEqual([3, 1])
    // A proxy in front of a backend has found it again.
    answers[0] = ok
    for (let at = 0; at < 2; at += 1) expect((await app.post('/v1/rerank', QUERY)).status).toBe(200)
    expect(asked).toEqual([5, 1])
  })

  it('is told from one that lacks an object', async () => {
    const body = '{"error":{"message":"Response with id \'resp_1\' not found.","code":404}}'
    const { app, asked } = await start(lacks(404, body), ok)
    for (let at = 0; at < 2; at += 1)
      expect((await app.post('/v1/responses', { model: 'm', input: 'x' })).text).toBe(body)
    expect(asked).toEqual([2, 0])
  })
})

describe('the field apis', () => {
  it('keeps other calls away from an endpoint, and names what could be asked for where none is left', async () => {
    const { app, asked } = await start(ok, ok)
    const [one, two] = [app.endpoint, app.endpoints[1] ?? app.endpoint]
    await app.admin.patchEndpoint(one.id, { apis: ['chat', 'embeddings'] })
    const served = await app.post('/v1/rerank', QUERY)
    expect([served.status, served.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
    await app.admin.patchEndpoint(two.id, { apis: ['completions'] })
    const refused = await app.post('/v2/rerank', QUERY)
    expect([refused.status, refused.json()]).toMatchObject([
      404,
      {
        code: 'LB_ERR_API_NOT_SERVED',
        error: {
          code: 'LB_ERR_API_NOT_SERVED',
          message:
            'No connected endpoint serves rerank (/v2/rerank). Calls in reach: chat, completions, embeddings.',
        },
      },
    ])
    expect(refused.headers['retry-after']).toBeUndefined()
    expect(asked).toEqual([0, 1])
    await eventually(async () =>
      expect((await app.requestLines()).at(-1)).toMatchObject({
        error_code: 'LB_ERR_API_NOT_SERVED',
        endpoints: { 'backend-1': 'does not serve the call', 'backend-2': 'does not serve the call' },
      }),
    )
  })

  it('counts together with the models: a model that other calls have is said to be served for those only', async () => {
    const { app, asked } = await start(ok, ok)
    const [one, two] = [app.endpoint, app.endpoints[1] ?? app.endpoint]
    await app.admin.patchEndpoint(one.id, { apis: ['chat'], models: ['talker'] })
    await app.admin.patchEndpoint(two.id, { apis: ['rerank'], models: ['ranker'] })
    const wrong = await app.post('/v1/rerank', { ...QUERY, model: 'talker' })
    expect([wrong.status, wrong.json()]).toMatchObject([
      404,
      {
        code: 'LB_ERR_API_NOT_SERVED',
        detail:
          'No connected endpoint that has the model of this request serves rerank (/v1/rerank). Models that it is served for: ranker.',
      },
    ])
    const missing = await app.post('/v1/rerank', { ...QUERY, model: 'rankr' })
    expect(missing.json()).toMatchObject({ code: 'LB_ERR_MODEL_NOT_FOUND' })
    expect((missing.json() as { detail: string }).detail).toContain('Did you mean "ranker"?')
    expect((await app.post('/v1/rerank', { ...QUERY, model: 'ranker' })).status).toBe(200)
    expect((await app.post('/v1/rerank', { query: 'q', texts: ['d'] })).status, 'no model').toBe(200)
    expect(asked).toEqual([0, 2])
  })

  it('takes the names of calls only, each once', async () => {
    const { app } = await start(ok)
    const patched = await app.admin.patchEndpoint(app.endpoint.id, { apis: ['rerank', 'rerank', 'other'] })
    expect(patched.apis).toEqual(['rerank', 'other'])
    await expect(app.admin.patchEndpoint(app.endpoint.id, { apis: ['nothing'] })).rejects.toThrow('422')
  })
})
