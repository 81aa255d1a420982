// Checks that the balancer serves the Load Producer's page and bridge to signed-in operators only.
import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { callFromPage } from '../../public/support/call-from-page.ts'
import { openSignedIn } from '../../public/support/signed-in.ts'
import { readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import {
  ADMIN_TOKEN,
  chatOf,
  eventually,
  startApp,
  type RunningApp,
  startListingApp,
} from '../../support/apps/running-app.ts'
import { connectPage, refusalOf } from '../../support/apps/running-bridge.ts'

async function signIn(app: RunningApp) {
  const response = await app.send('/admin/api/session', {
    method: 'POST',
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  })
  const [cookie = ''] = response.headers['set-cookie']?.[0]?.split(';') ?? []
  const { csrf_token } = response.json() as { csrf_token: string }
  return { cookie, csrf: csrf_token }
}

async function connectOperator(app: RunningApp) {
  const session = await signIn(app)
  return { ...session, page: await connectPage(app.url, { client: { headers: { cookie: session.cookie } } }) }
}

describe('the balancer’s own bridge', () => {
  it('carries calls of a signed-in operator to the balancer, and their streams back', async () => {
    const app = await startListingApp({ backends: [{ minTokens: 5, maxTokens: 5 }] })
    const { page } = await connectOperator(app)
    const headers = { 'content-type': 'application/json', 'x-request-id': 'mine-1' }
    const url = `${app.url}/v1/chat/completions`
    page.send({ id: 1, url, method: 'POST', headers, body: chatOf({ stream: true }), stream: true })
    const start = await page.next(1, 'stream_start')
    expect(start).toMatchObject({
      status: 200,
      headers: { 'x-lb-endpoint': 'backend-1', 'x-request-id': 'mine-1' },
    })
    await page.next(1, 'stream_end')
    expect(page.textOf(1)).toMatch(/data: \[DONE\]\n\n$/)
    page.send({ id: 2, url: `http://localhost:${app.port}/models` })
    expect(await page.next(2, 'response')).toMatchObject({ status: 200 })
    expect(app.backend.served().total.requests).toBe(2)
  })

  it('calls no other target, and forwards no session', async () => {
    const app = await startApp()
    const { page } = await connectOperator(app)
    for (const [id, url] of [
      app.backend.baseUrl,
      'http://169.254.169.254/',
      'https://api.openai.com/v1/models',
    ].entries()) {
      page.send({ id, url })
      expect(await page.next(id, 'error')).toMatchObject({ code: 'refused_target' })
    }
    const { cookie } = await signIn(app)
    page.send({ id: 'state', url: `${app.url}/admin/api/state`, headers: { cookie } })
    expect(await page.next('state', 'response')).toMatchObject({ status: 401 })
  })

  it('is recognised by the host that the page uses', async () => {
    const app = await startListingApp()
    const { cookie } = await signIn(app)
    const page = await connectPage(app.url, {
      origin: 'https://lb.example',
      client: { headers: { cookie, host: 'lb.example' } },
    })
    page.send({ id: 1, url: 'https://lb.example/v1/models' })
    expect(await page.next(1, 'response')).toMatchObject({ status: 200 })
  })

  it('is for signed-in operators, and for pages of ours', async () => {
    const app = await startApp()
    const { cookie, csrf } = await signIn(app)
    expect(await refusalOf(app.url, { headers: { origin: app.url } })).toBe(401)
    expect(await refusalOf(app.url, { headers: { origin: app.url, cookie: `${cookie}x` } })).toBe(401)
    expect(await refusalOf(app.url, { headers: { origin: 'http://evil.example', cookie } })).toBe(403)
    expect(await refusalOf(app.url, { headers: { cookie } })).toBe(403)
    const { socket, closed } = await connectPage(app.url, { client: { headers: { cookie } } })
    await app.send('/admin/api/session', { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrf } })
    expect((await closed)[0]).toBe(1008)
    expect(socket.readyState).toBe(socket.CLOSED)
  })

  it('ends the calls of a page that has disconnected', async () => {
    const app = await startApp({ backends: [{ fault: { kind: 'hang' } }] })
    const { page } = await connectOperator(app)
    page.send({ id: 1, url: `${app.url}/v1/chat/completions`, method: 'POST', body: chatOf() })
    await eventually(async () => expect((await app.admin.state()).stats.total_inflight).toBe(1))
    page.socket.terminate()
    await app.settled()
  })

  it('does not affect requests that offer another protocol', async () => {
    const app = await startApp()
    const body = JSON.stringify(chatOf())
    const request = httpRequest(`${app.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABk',
        'content-length': Buffer.byteLength(body),
      },
    })
    request.end(body)
    expect((await readResponse(await responseOf(request))).status).toBe(200)
  })
})

describe('the Load Producer’s page at the balancer', () => {
  it('is for signed-in operators; others are redirected to sign in', async () => {
    const app = await startApp()
    const { cookie } = await signIn(app)
    const stranger = await app.send('/load-producer/')
    expect([stranger.status, stranger.headers.location]).toEqual([302, '/admin?next=/load-producer/'])
    const bare = await app.send('/load-producer', { headers: { cookie } })
    expect([bare.status, bare.headers.location]).toEqual([308, '/load-producer/'])
    const page = await send(`${app.url}/load-producer/`, { headers: { cookie } })
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const [script = ''] = /assets\/[^"]+\.js/.exec(page.text) ?? []
    expect((await app.send(`/load-producer/${script}`, { headers: { cookie } })).status).toBe(200)
    expect((await app.send(`/load-producer/${script}`)).status).toBe(302)
  })

  it('opens its socket there, in a real browser', async () => {
    const app = await startListingApp()
    const page = await openSignedIn(app)
    await page.goto(`${app.url}/load-producer`)
    expect(await callFromPage(page, { id: 1, url: `${app.url}/v1/models` })).toMatchObject({
      type: 'response',
      status: 200,
    })
  })
})
