import { describe, expect, it } from 'vitest'
import { sessionView } from '../../../src/contract/session.ts'
import { fingerprintSecret } from '../../../src/config/secret-digest.ts'
import { ask, cookieOf, signIn } from '../sign-in.ts'
import { send } from '../../support/clients/http-client.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin } from '../start-admin.ts'

const HOUR_MS = 3_600_000

describe('signing in', () => {
  it('exchanges the admin token for a cookie that no page can read and no other site can send', async () => {
    const admin = await startAdmin()
    const { body, setCookie, headers } = await signIn(admin)
    expect(() => sessionView.strict().parse(body)).not.toThrow()
    expect(body.expires_at).toBe(new Date(admin.time.nowMs + HOUR_MS).toISOString())
    expect(setCookie).toMatch(
      /^lb_session_\d+=[\w-]+\.[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict$/,
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(JSON.stringify(body) + setCookie).not.toContain(ADMIN_TOKEN)
  })

  it.each([['https'], ['https, http'], ['HTTPS']])(
    'marks the cookie as secure behind a proxy that was asked by %s',
    async (proto) => {
      const admin = await startAdmin()
      const { setCookie } = await signIn(admin, { 'x-forwarded-proto': proto })
      expect(setCookie).toMatch(/; Secure$/)
    },
  )

  it('refuses a wrong token, sets no cookie, and limits wrong ones, but never refuses the right one', async () => {
    const admin = await startAdmin()
    const guess = () => ask(admin, 'POST', '/session', { body: { token: 'wrong' } })
    const first = await guess()
    expect(first.status).toBe(401)
    expect(first.setCookie).toBe('')
    const statuses = []
    for (let i = 0; i < 24; i += 1) statuses.push((await guess()).status)
    expect(statuses).toEqual([...Array<number>(19).fill(401), ...Array<number>(5).fill(429)])
    expect((await ask(admin, 'POST', '/session', { body: { token: ADMIN_TOKEN } })).status).toBe(200)
  })

  it.each([[{}], [{ token: '' }], [{ token: 7 }], [{ token: 'x', more: 1 }]])(
    'refuses the body %j',
    async (body) => {
      const admin = await startAdmin()
      expect((await ask(admin, 'POST', '/session', { body })).status).toBe(422)
    },
  )

  it('limits the body size before sign-in', async () => {
    const admin = await startAdmin()
    const { status } = await ask(admin, 'POST', '/session', { body: { token: 'x'.repeat(20_000) } })
    expect(status).toBe(413)
  })

  it('ends a session that the browser already has and starts a new one', async () => {
    const admin = await startAdmin()
    const first = await signIn(admin)
    const second = await signIn(admin, { cookie: first.cookie })
    expect(second.body.actor).not.toBe(first.body.actor)
    expect((await first.call('GET', '/session')).status).toBe(401)
    expect((await second.call('GET', '/session')).status).toBe(200)
  })

  it('is refused to pages of other sites, which could use up sign-in attempts of their visitors', async () => {
    const admin = await startAdmin()
    for (let i = 0; i < 25; i += 1) {
      const { status, body } = await ask(admin, 'POST', '/session', {
        headers: { 'sec-fetch-site': 'cross-site' },
        body: { token: 'wrong' },
      })
      expect(status).toBe(403)
      expect(body.code).toBe('LB_ERR_CSRF')
    }
    await signIn(admin)
  })

  it('writes neither the token nor the cookie nor the CSRF token to the log', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    await session.call('PATCH', '/routing', { routing_mode: 'priority' })
    await ask(admin, 'POST', '/session', { body: { token: 'a-wrong-guess' } })
    const log = (await admin.logLines()).join('')
    expect(log).toContain('routing.update')
    for (const secret of [ADMIN_TOKEN, 'a-wrong-guess', session.csrf, cookieOf(session.setCookie)])
      expect(log).not.toContain(secret)
  })
})

describe('a session', () => {
  it('suffices to read and, with its CSRF token, to change', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    expect((await session.call('GET', '/state')).status).toBe(200)
    expect((await session.call('POST', '/incoming-blocks', { name: 'mine' })).status).toBe(200)
  })

  it('has a name of its own in the audit', async () => {
    const admin = await startAdmin()
    const [ann, bob] = [await signIn(admin), await signIn(admin)]
    await ann.call('POST', '/incoming-blocks', { name: "Ann's" })
    await bob.call('POST', '/incoming-blocks', { name: "Bob's" })
    const actors = (await admin.audit()).map(({ actor }) => actor)
    expect(actors).toEqual([bob.body.actor, ann.body.actor])
    expect(new Set(actors).size).toBe(2)
    for (const actor of actors)
      expect(actor).toMatch(new RegExp(`^admin:${fingerprintSecret(ADMIN_TOKEN)}/[0-9a-f]{8}$`))
  })

  it('is shown to its operator and to no other', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    expect((await session.call('GET', '/session')).body).toEqual(session.body)
    const none = await ask(admin, 'GET', '/session')
    expect(none.status).toBe(401)
    expect(none.setCookie).toBe('')
    expect((await admin.call('GET', '/session')).status).toBe(401)
  })

  it('ends at once by sign-out, and its cookie is removed', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    const { status, body, setCookie } = await session.call('DELETE', '/session')
    expect(status).toBe(200)
    expect(body).toEqual({ ok: true })
    expect(setCookie).toMatch(/^lb_session_\d+=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/)
    expect((await session.call('GET', '/session')).status).toBe(401)
    expect((await session.call('GET', '/state')).status).toBe(401)
  })

  it('expires, and its late refusals leave the cookie of the next session', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    admin.time.nowMs += HOUR_MS
    const { status, body, setCookie } = await session.call('GET', '/state')
    expect(status).toBe(401)
    expect(body.code).toBe('LB_ERR_UNAUTHORIZED')
    expect(setCookie).toBe('')
  })

  it('of another admin token is removed with its cookie', async () => {
    const admin = await startAdmin()
    const { setCookie } = await signIn(admin)
    const cookie = cookieOf(setCookie).replace(/=.*/, `=${'A'.repeat(20)}.${'A'.repeat(43)}`)
    const refused = await ask(admin, 'GET', '/state', { headers: { cookie } })
    expect(refused.status).toBe(401)
    expect(refused.setCookie).toMatch(/^lb_session_\d+=; Path=\/; Max-Age=0;/)
  })

  it('is prolonged by a request in the last half of its life, under the same CSRF token', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    admin.time.nowMs += HOUR_MS / 2 - 1000
    expect((await session.call('GET', '/session')).setCookie).toBe('')
    admin.time.nowMs += 2000
    const { setCookie, body } = await session.call('GET', '/session')
    expect(setCookie).toMatch(/^lb_session_\d+=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict$/)
    expect(body).toEqual({
      ...session.body,
      expires_at: new Date(admin.time.nowMs + HOUR_MS).toISOString(),
    })
    admin.time.nowMs += HOUR_MS - 1000
    const headers = { cookie: cookieOf(setCookie), 'x-csrf-token': session.csrf }
    expect((await ask(admin, 'POST', '/cache/clear', { headers })).status).toBe(200)
    expect((await session.call('GET', '/state')).status).toBe(401)
  })

  it('ends by sign-out in all its cookies, including those from before a prolongation', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    admin.time.nowMs += HOUR_MS * 0.6
    const { setCookie } = await session.call('GET', '/session')
    expect((await session.call('DELETE', '/session')).status).toBe(200)
    expect((await ask(admin, 'GET', '/state', { headers: { cookie: cookieOf(setCookie) } })).status).toBe(401)
  })

  it('stays ended by sign-out, or by another sign-in, after a restart', async () => {
    const first = await startAdmin()
    const [out, replaced, other] = [await signIn(first), await signIn(first), await signIn(first)]
    first.time.nowMs += HOUR_MS * 0.6
    const { setCookie } = await out.call('GET', '/session')
    await out.call('DELETE', '/session')
    await signIn(first, { cookie: replaced.cookie })
    await first.close()
    const again = await startAdmin({ path: first.path })
    again.time.nowMs = first.time.nowMs
    const statusOf = async (cookie: string) =>
      (await ask(again, 'GET', '/session', { headers: { cookie } })).status
    expect(await statusOf(out.cookie)).toBe(401)
    expect(await statusOf(cookieOf(setCookie))).toBe(401)
    expect(await statusOf(replaced.cookie)).toBe(401)
    expect(await statusOf(other.cookie)).toBe(200)
  })

  it('forgets ended sessions when their last cookie has expired', async () => {
    const admin = await startAdmin()
    await (await signIn(admin)).call('DELETE', '/session')
    expect(await admin.store.readEndedSessions(admin.time.nowMs)).toHaveLength(1)
    admin.time.nowMs += HOUR_MS * 1.1
    expect(await admin.store.readEndedSessions(admin.time.nowMs)).toEqual([])
    await (await signIn(admin)).call('DELETE', '/session')
    expect(await admin.store.readEndedSessions(0)).toHaveLength(1)
  })

  it('is separate from that of another balancer on the same host, whose cookies the browser also sends', async () => {
    const [left, right] = [await startAdmin(), await startAdmin()]
    // A browser keeps one value for each name, whatever the port.
    const jar = new Map<string, string>()
    const keep = (cookie: string) => void jar.set(...(cookie.split('=', 2) as [string, string]))
    const cookies = () => ({ cookie: [...jar].map((pair) => pair.join('=')).join('; ') })
    keep((await signIn(left)).cookie)
    const { cookie, csrf } = await signIn(right, cookies())
    keep(cookie)
    const statusAt = async (admin: typeof left) =>
      (await ask(admin, 'GET', '/session', { headers: cookies() })).status
    expect([await statusAt(left), await statusAt(right)]).toEqual([200, 200])
    const headers = { ...cookies(), 'x-csrf-token': csrf }
    const { setCookie } = await ask(right, 'DELETE', '/session', { headers })
    keep(cookieOf(setCookie))
    expect([await statusAt(left), await statusAt(right)]).toEqual([200, 401])
  })

  it.each([
    ['lb.example', 'lb_session'],
    ['lb.example:8443', 'lb_session_8443'],
    ['[2001:db8::1]', 'lb_session'],
    ['[2001:db8::1]:8443, inner:8090', 'lb_session_8443'],
  ])('has its name by the port that the browser knows, behind a proxy too: %s', async (host, name) => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin, { 'x-forwarded-host': host })
    expect(cookie).toMatch(new RegExp(`^${name}=`))
  })

  it('survives a restart, but not another admin token or a shorter life', async () => {
    const first = await startAdmin()
    const session = await signIn(first)
    await first.close()
    const headers = { cookie: session.cookie }
    const statusAt = async (options: object) => {
      const admin = await startAdmin({ path: first.path, ...options })
      const { status } = await ask(admin, 'GET', '/session', { headers })
      await admin.close()
      return status
    }
    expect(await statusAt({})).toBe(200)
    expect(await statusAt({ adminToken: 'another-admin-token' })).toBe(401)
    expect(await statusAt({ sessionS: 600 })).toBe(401)
  })

  it.each([
    ['no cookie at all', (): string => ''],
    ['an empty one', (cookie: string) => cookie.replace(/=.*/, '=')],
    ['one without signature', (cookie: string) => cookie.split('.')[0] ?? ''],
    ['one whose payload was changed', (cookie: string) => cookie.replace('=', '=A')],
    ['one whose signature was changed', (cookie: string) => cookie.slice(0, -8) + 'AAAAAAAA'],
    ['one of another name', (cookie: string) => `x${cookie}`],
  ])('is not to be had with %s', async (_case, change) => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    expect((await ask(admin, 'GET', '/state', { headers: { cookie: change(cookie) } })).status).toBe(401)
  })

  it('is found among cookies of the same name and of others', async () => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    const junk = cookie.replace(/=.*/, '=junk')
    for (const header of [`${junk}; ${cookie}`, `${cookie}; ${junk}`, `a=b;${cookie};c`]) {
      expect((await ask(admin, 'GET', '/state', { headers: { cookie: header } })).status).toBe(200)
    }
  })

  it('does not help a wrong admin token that comes with it', async () => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    expect((await ask(admin, 'GET', '/state', { headers: { cookie, 'x-admin-token': 'no' } })).status).toBe(
      401,
    )
    expect((await ask(admin, 'GET', '/state', { headers: { cookie, authorization: 'no' } })).status).toBe(401)
  })
})

describe('a forged request', () => {
  it.each([
    ['no CSRF token', (): Record<string, string> => ({})],
    ['an empty one', () => ({ 'x-csrf-token': '' })],
    ['one of another session', (_own: string, other: string) => ({ 'x-csrf-token': other })],
    [
      'a right one from another site',
      (own: string) => ({ 'x-csrf-token': own, 'sec-fetch-site': 'cross-site' }),
    ],
  ])('changes nothing with %s', async (_case, headersOf) => {
    const admin = await startAdmin()
    const [session, other] = [await signIn(admin), await signIn(admin)]
    const headers = { cookie: session.cookie, ...headersOf(session.csrf, other.csrf) }
    const mutations = [
      ['POST', '/incoming-blocks', { name: 'x' }],
      ['PUT', '/wires/1/1', undefined],
      ['PATCH', '/routing', { routing_mode: 'priority' }],
      ['DELETE', '/session', undefined],
    ] as const
    for (const [method, route, body] of mutations) {
      const answer = await ask(admin, method, route, { headers, body })
      expect(answer.status, method).toBe(403)
      expect(answer.body).toMatchObject({ code: 'LB_ERR_CSRF', status: 403 })
    }
    expect(await admin.audit()).toEqual([])
    expect((await session.call('GET', '/session')).status).toBe(200)
  })

  it('changes nothing where it also asks for a WebSocket', async () => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    const headers = { cookie, origin: admin.address, connection: 'Upgrade', upgrade: 'websocket' }
    const body = JSON.stringify({ name: 'forged' })
    const response = await send(`${admin.address}${PREFIX}/tokens`, { method: 'POST', headers, body })
    expect(response.status).toBe(403)
    expect(response.json()).toMatchObject({ code: 'LB_ERR_CSRF' })
    expect(await admin.audit()).toEqual([])
  })

  it.each([
    ['asks for a WebSocket', { connection: 'Upgrade', upgrade: 'websocket' }],
    [
      'asks for HTTP/2',
      { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' },
    ],
    ['names another method', { 'x-http-method-override': 'GET', 'x-http-method': 'GET' }],
    ['is a form', { 'content-type': 'text/plain' }],
    ['says that it is of our own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
    ['says that a proxy has checked it', { 'x-forwarded-host': 'lb.example', 'x-requested-with': 'fetch' }],
  ])('changes nothing on any route where it %s', async (_what, headers) => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    const changes = admin.routes.map((route) => route.split(' ', 2) as [string, string])
    const mutations = changes.filter(
      ([method, path]) => method !== 'GET' && !(method === 'POST' && path === `${PREFIX}/session`),
    )
    expect(mutations.length).toBeGreaterThan(20)
    for (const [method, path] of mutations) {
      const url = admin.address + path.replaceAll(/:\w+/g, '1')
      const response = await send(url, {
        method,
        headers: { cookie, origin: admin.address, ...headers },
        body: '{}',
      })
      expect([method, path, response.status]).toEqual([method, path, 403])
      expect(response.json()).toMatchObject({ code: 'LB_ERR_CSRF' })
    }
    expect(await admin.audit()).toEqual([])
  })

  it('cannot be made with the admin token, so scripts need no CSRF token', async () => {
    const admin = await startAdmin()
    expect((await admin.call('POST', '/cache/clear')).status).toBe(200)
  })
})

describe('limits of sessions', () => {
  it('count each session separately', async () => {
    const admin = await startAdmin({ rateLimitPerMinute: 3 })
    const [ann, bob] = [await signIn(admin), await signIn(admin)]
    for (let i = 0; i < 3; i += 1) expect((await ann.call('GET', '/session')).status).toBe(200)
    expect((await ann.call('GET', '/session')).status).toBe(429)
    expect((await bob.call('GET', '/session')).status).toBe(200)
    expect((await admin.call('GET', '/state')).status).toBe(200)
  })

  it('count a forged cookie as a guess, but neither an ended session nor a missing cookie', async () => {
    const admin = await startAdmin()
    const old = await signIn(admin)
    admin.time.nowMs += HOUR_MS
    for (let i = 0; i < 25; i += 1) {
      expect((await ask(admin, 'GET', '/session')).status).toBe(401)
      expect((await old.call('GET', '/session')).status).toBe(401)
    }
    const session = await signIn(admin)
    const forged = { headers: { cookie: old.cookie.replace(/=.*/, `=${'A'.repeat(20)}.${'A'.repeat(43)}`) } }
    const statuses = []
    for (let i = 0; i < 22; i += 1) statuses.push((await ask(admin, 'GET', '/session', forged)).status)
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429])
    expect((await session.call('GET', '/session')).status).toBe(200)
  })

  it('never refuse a valid session or the right token, however many guesses come from its address', async () => {
    const admin = await startAdmin()
    const session = await signIn(admin)
    const wrong = { headers: { 'x-admin-token': 'wrong' } }
    for (let i = 0; i < 700; i += 1) await ask(admin, 'GET', '/state', wrong)
    expect((await ask(admin, 'GET', '/state', wrong)).status).toBe(429)
    expect((await admin.call('GET', '/state')).status).toBe(200)
    expect((await session.call('GET', '/state')).status).toBe(200)
    await signIn(admin)
  })

  it('never end a session from before a restart', async () => {
    const first = await startAdmin()
    const { cookie } = await signIn(first)
    await first.close()
    const again = await startAdmin({ path: first.path })
    for (let i = 0; i < 40; i += 1)
      await ask(again, 'POST', '/session', {
        body: { token: 'wrong' },
        headers: { cookie: `lb_session=${i}` },
      })
    expect((await ask(again, 'GET', '/session', { headers: { cookie } })).status).toBe(200)
  })
})
