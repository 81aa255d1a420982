import type { OutgoingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { chatOf, type RunningApp, startListingApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const EVIL = 'https://evil.example'

/** What browsers and programs send, and whether it is from a page of another origin. */
const senders = (app: RunningApp): readonly (readonly [OutgoingHttpHeaders, boolean])[] => [
  [{}, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ 'sec-fetch-site': 'same-origin', origin: app.url }, false],
  [{ origin: app.url }, false],
  [{ origin: 'https://lb.example', host: 'inner:8090', 'x-forwarded-host': 'lb.example' }, false],
  [{ origin: 'https://lb.example', host: 'lb.example:443' }, false],
  [{ origin: EVIL }, true],
  [{ origin: 'null' }, true],
  [{ origin: EVIL, 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, true],
  [{ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, true],
  [{ 'sec-fetch-site': 'cross-site' }, true],
]

/** How many completions went upstream. */
const forwarded = async (app: RunningApp): Promise<number | undefined> =>
  (await app.admin.state()).endpoints[0]?.total_requests

/** The statuses of a completion, of one whose URL Fastify matches, and of the model list. */
async function statusesOf(app: RunningApp, headers: OutgoingHttpHeaders): Promise<number[]> {
  const body = JSON.stringify(chatOf())
  const responses = [
    await app.send(CHAT, { method: 'POST', headers, body }),
    await app.send(`${CHAT}?x=1`, { method: 'POST', headers, body }),
    await app.send('/v1/models', { headers }),
  ]
  return responses.map(({ status }) => status)
}

describe('a page of another origin', () => {
  it('is served by no balancer that needs no client token, before anything goes upstream', async () => {
    const app = await startListingApp()
    for (const [headers, isForeign] of senders(app)) {
      const before = await forwarded(app)
      const expected = isForeign ? 403 : 200
      expect([headers, await statusesOf(app, headers)]).toEqual([headers, [expected, expected, expected]])
      if (isForeign) expect(await forwarded(app)).toBe(before)
    }
    const refused = await app.post(CHAT, chatOf(), { origin: EVIL })
    expect(refused.json()).toMatchObject({
      code: 'LB_ERR_FOREIGN_ORIGIN',
      error: { type: 'permission_error' },
      detail: expect.stringContaining('LB_CORS_ORIGINS') as string,
    })
    // So that the page can read why.
    expect(refused.headers['access-control-allow-origin']).toBe('*')
  })

  it('is served with a client token, unless a list names other origins', async () => {
    const any = await startListingApp()
    const { token } = await any.admin.token('page')
    const authorization = `Bearer ${token}`
    expect(await statusesOf(any, { authorization, origin: EVIL })).toEqual([200, 200, 200])
    expect(await statusesOf(any, { origin: EVIL })).toEqual([401, 401, 401])
  })

  it('is served where the list names it, and nowhere else, with or without a token', async () => {
    const page = 'https://app.example'
    const app = await startListingApp({
      environment: {
        LB_CORS_ORIGINS: page,
        LB_CLIENT_TOKENS: 'client-token',
        LB_ALLOW_ANONYMOUS: 'true',
      },
    })
    for (const extra of [{}, { authorization: 'Bearer client-token' }]) {
      expect(await statusesOf(app, { ...extra, origin: page, 'sec-fetch-site': 'cross-site' })).toEqual([
        200, 200, 200,
      ])
      const before = await forwarded(app)
      expect(await statusesOf(app, { ...extra, origin: EVIL })).toEqual([403, 403, 403])
      const silent = { ...extra, 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }
      expect(await statusesOf(app, silent)).toEqual([403, 403, 403])
      expect(await forwarded(app)).toBe(before)
      expect(await statusesOf(app, extra)).toEqual([200, 200, 200])
    }
    const preflight = (origin: string) =>
      app.send(CHAT, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
    expect((await preflight(page)).headers['access-control-allow-origin']).toBe(page)
    expect((await preflight(EVIL)).headers['access-control-allow-origin']).not.toBe(EVIL)
  })
})

describe('a response on the API', () => {
  it('is no page of the balancer, whatever an upstream sends', async () => {
    const app = await startListingApp()
    const policies = [
      await app.post(CHAT, chatOf()),
      await app.post(CHAT, 'bad'),
      await app.post(`${CHAT}?x=1`, chatOf()),
      await app.send('/v1/models'),
      await app.send('/v1/models/none'),
      await app.send('/v1/none'),
      await app.post('/chat/completions', chatOf()),
      await app.post('/v1/any-pool/chat/completions', chatOf()),
      await app.post('/v1/messages', chatOf({ max_tokens: 1 })),
      await app.post('/api/chat', chatOf()),
      await app.post(CHAT, chatOf({ stream: true })),
    ].map(({ headers }) => String(headers['content-security-policy']))
    const sandboxed = expect.stringMatching(/^sandbox; default-src 'none'/) as string
    expect(policies).toEqual(policies.map(() => sandboxed))
  })

  it('has no content type that a browser opens as a page, from the cache either', async () => {
    const app = await startListingApp()
    const upstream = await startUpstream((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<script>alert(1)</script>')
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
    const block = (await app.admin.state()).incoming_blocks[0]
    const { token } = await app.admin.token('capped', {
      min_traffic_percent: 50,
      incoming_block_id: block?.id,
    })
    const ask = () => app.post(CHAT, chatOf(), { authorization: `Bearer ${token}` })
    const responses = [await ask(), await ask()]
    expect(responses.map(({ headers }) => [headers['x-lb-cache'], headers['content-type']])).toEqual([
      ['MISS', 'application/octet-stream'],
      ['HIT', 'application/octet-stream'],
    ])
    for (const { headers } of responses) expect(headers['x-content-type-options']).toBe('nosniff')
  })
})
