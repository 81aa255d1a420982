// How clients send their tokens, and how the balancer sends those of the endpoints, over HTTP.
import type { OutgoingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  chatOf,
  eventually,
  startApp,
  startListingApp,
  type RunningApp,
} from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const CHAT = '/v1/chat/completions'
const WRONG = 'ct-wrong'

const requests = [
  { path: CHAT, body: chatOf({ max_tokens: 2 }) },
  // Fastify matches this one.
  { path: `${CHAT}?x=1`, body: chatOf({ max_tokens: 2 }) },
  { path: '/v1/models', body: undefined },
  { path: '/v1/models/sim-model', body: undefined },
]

const statusesOf = (app: RunningApp, headers: OutgoingHttpHeaders): Promise<number[]> =>
  Promise.all(
    requests.map(async ({ path, body }) => {
      const response = await (body ? app.post(path, body, headers) : app.send(path, { headers }))
      return response.status
    }),
  )

const served = requests.map(() => 200)
const refused = requests.map(() => 401)

describe('the token of a client', () => {
  it('is taken as bearer token, x-api-key or api-key on every route; the first of them counts', async () => {
    const app = await startListingApp()
    const { token } = await app.admin.token('one')
    const bearer = (text: string) => `Bearer ${text}`
    const cases: readonly (readonly [OutgoingHttpHeaders, readonly number[]])[] = [
      [{ authorization: bearer(token) }, served],
      [{ 'x-api-key': token }, served],
      [{ 'X-Api-Key': token }, served],
      [{ 'api-key': token }, served],
      [{ authorization: bearer(token), 'x-api-key': WRONG, 'api-key': WRONG }, served],
      [{ authorization: bearer(WRONG), 'x-api-key': token, 'api-key': token }, refused],
      [{ 'x-api-key': token, 'api-key': WRONG }, served],
      [{ 'x-api-key': WRONG, 'api-key': token }, refused],
      // Neither names a token.
      [{ authorization: 'Basic eDp5', 'x-api-key': token }, served],
      [{ 'x-api-key': '', 'api-key': token }, served],
      [{ 'x-api-key': bearer(token) }, refused],
      [{}, refused],
    ]
    for (const [headers, expected] of cases)
      expect([headers, await statusesOf(app, headers)]).toEqual([headers, expected])
    const arrived = JSON.stringify(app.backend.served().last.map(({ rawHeaders }) => rawHeaders))
    for (const secret of [token, WRONG]) {
      expect(arrived).not.toContain(secret)
      expect(await app.logText()).not.toContain(secret)
    }
  })

  it('is refused as soon as it has been deleted, however often it was accepted', async () => {
    const app = await startListingApp()
    const [{ id, token }, other] = [await app.admin.token('one'), await app.admin.token('other')]
    for (const name of ['x-api-key', 'api-key'])
      expect(await statusesOf(app, { [name]: token })).toEqual(served)
    await app.admin.call('DELETE', `/tokens/${id}`)
    expect(await statusesOf(app, { 'x-api-key': token })).toEqual(refused)
    expect(await statusesOf(app, { 'x-api-key': other.token })).toEqual(served)
  })

  it('of LB_CLIENT_TOKENS is taken in the same ways', async () => {
    const app = await startListingApp({ environment: { LB_CLIENT_TOKENS: 'static-token-of-a-client' } })
    for (const name of ['x-api-key', 'api-key'])
      expect(await statusesOf(app, { [name]: 'static-token-of-a-client' })).toEqual(served)
  })

  it('is asked for in words that name the three ways', async () => {
    const app = await startListingApp()
    await app.admin.token('one')
    const none = await app.post(CHAT, chatOf())
    const unknown = await app.post(CHAT, chatOf(), { 'x-api-key': WRONG })
    expect([none, unknown].map(({ status }) => status)).toEqual([401, 401])
    const detailOf = ({ json }: typeof none) => (json() as { detail: string }).detail
    expect(detailOf(none)).toBe(
      'a client token is required: Authorization: Bearer <token>, x-api-key: <token> or api-key: <token>',
    )
    expect(detailOf(unknown)).toBe('unknown client token')
    expect(none.headers['www-authenticate']).toBe('Bearer')
  })
})

describe("an endpoint's own key", () => {
  it('is sent as auth_style says: with requests, health checks, model lists and tests', async () => {
    const arrived: { url: string; bearer: string | undefined; key: unknown }[] = []
    const upstream = await startUpstream(({ headers, url = '' }, response) => {
      arrived.push({ url, bearer: headers.authorization, key: headers['x-api-key'] })
      response.setHeader('content-type', 'application/json').end('{"data":[{"id":"sim-model"}],"choices":[]}')
    })
    const app = await startListingApp()
    for (const style of ['x-api-key', 'both', 'bearer']) {
      // Each style has a key of its own, which tells its requests from late ones of the style before.
      const key = `sk-${style}`
      const ownKey = { bearer: style === 'x-api-key' ? undefined : `Bearer ${key}`, key }
      const expected = style === 'bearer' ? { ...ownKey, key: undefined } : ownKey
      await app.admin.patchEndpoint(app.endpoint.id, {
        base_url: upstream.baseUrl,
        api_key: key,
        auth_style: style,
        health_check_path: '/health',
        health_check_interval_seconds: 1,
      })
      const test = await app.admin.call<{ ok: boolean }>('POST', `/endpoints/${app.endpoint.id}/test`)
      expect(test.ok).toBe(true)
      const clients = { 'x-api-key': 'of-the-client', 'api-key': 'of-the-client' }
      expect((await app.post('/v1/completions', chatOf(), clients)).status).toBe(200)
      for (const url of ['/health', '/v1/models', CHAT, '/v1/completions'])
        await eventually(() => expect(arrived).toContainEqual({ url, ...expected }))
    }
    // A change of the style alone.
    await app.admin.patchEndpoint(app.endpoint.id, { auth_style: 'x-api-key' })
    const changed = { url: '/health', bearer: undefined, key: 'sk-bearer' }
    await eventually(() => expect(arrived).toContainEqual(changed))
    expect(JSON.stringify(arrived)).not.toContain('of-the-client')
  })

  it('is sent as the body of a test says, and in no way where there is none', async () => {
    const keys: unknown[] = []
    const upstream = await startUpstream(({ headers }, response) => {
      keys.push([headers.authorization, headers['x-api-key']])
      response.setHeader('content-type', 'application/json').end('{"data":[{"id":"m"}]}')
    })
    const app = await startApp()
    const trial = { base_url: upstream.baseUrl, auth_style: 'x-api-key' }
    await app.admin.call('POST', '/endpoint-test', { ...trial, api_key: 'sk-key' })
    await app.admin.call('POST', '/endpoint-test', trial)
    const [withKey, without] = [
      [undefined, 'sk-key'],
      [undefined, undefined],
    ]
    expect(keys).toEqual([withKey, withKey, without, without])
  })
})
