// Tests the test tokens of load tests: who gets one, for how long, and what is left of it.
import { describe, expect, it } from 'vitest'
import type { TestTokenView } from '../../../src/contract/session.ts'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { signIn } from '../sign-in.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin, type Admin } from '../start-admin.ts'

const HOUR_MS = 3_600_000

/** A balancer that serves clients with a token alone. */
async function startClosed(sessionS = 86_400) {
  const admin = await startAdmin({ sessionS })
  await admin.call('POST', '/tokens', { name: 'of a client' })
  return admin
}

type Session = Awaited<ReturnType<typeof signIn>>

const take = async (session: Session) => {
  const { status, body } = await session.call('POST', '/session/test-token')
  return { status, body: body as unknown as TestTokenView, code: body.code }
}

const names = ({ state }: Admin) => state.snapshot().tokens.map(({ name }) => name)
const actions = async (admin: Admin) =>
  (await admin.audit('?object_type=client_token')).map(({ action, actor }) => [action, actor])

describe('a test token', () => {
  it('is made once for a session, marked, and audited under the name of the session', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const [first, again] = [await take(session), await take(session)]
    expect(first.status).toBe(200)
    expect(again.body).toEqual(first.body)
    expect(first.body.name).toMatch(/^Load test [0-9a-f]{8}$/)
    expect(names(admin)).toEqual(['of a client', first.body.name])
    const { body } = await admin.call('GET', `/tokens/${first.body.id}`)
    expect(body).toMatchObject({ token_preview: 'load test' })
    expect((await actions(admin))[0]).toEqual(['client_token.create', session.body.actor])
    expect(JSON.stringify(await admin.audit())).not.toContain(first.body.token)
  })

  it('is one for two requests at once', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const all = await Promise.all([take(session), take(session), take(session)])
    expect(new Set(all.map(({ body }) => body.token)).size).toBe(1)
    expect(names(admin)).toHaveLength(2)
  })

  it('is removed when its session ends, and cannot be restored', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const { body } = await take(session)
    await session.call('DELETE', '/session')
    await eventually(() => expect(names(admin)).toEqual(['of a client']))
    expect((await actions(admin))[0]).toEqual(['client_token.delete', session.body.actor])
    expect(await admin.call('POST', `/tokens/${body.id}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'LB_ERR_CONFLICT' },
    })
  })

  it('is removed an hour after it was last asked for', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const { body } = await take(session)
    admin.time.nowMs += HOUR_MS / 2
    await take(session)
    admin.time.nowMs += HOUR_MS / 2
    admin.runTimers()
    expect((await take(session)).body.token).toBe(body.token)
    admin.time.nowMs += HOUR_MS
    admin.runTimers()
    await eventually(() => expect(names(admin)).toEqual(['of a client']))
  })

  it('is removed when the page gives it back, and a further one is another', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const { body } = await take(session)
    expect((await session.call('DELETE', '/session/test-token')).status).toBe(200)
    expect(names(admin)).toEqual(['of a client'])
    expect((await take(session)).body.token).not.toBe(body.token)
  })

  it('is made anew when an operator has revoked it', async () => {
    const admin = await startClosed()
    const session = await signIn(admin)
    const { body } = await take(session)
    await admin.call('DELETE', `/tokens/${body.id}`)
    expect((await take(session)).body.id).not.toBe(body.id)
    expect(names(admin)).toHaveLength(2)
  })

  it('exists sixteen times at most', async () => {
    const admin = await startClosed()
    const sessions = await Promise.all(Array.from({ length: 17 }, () => signIn(admin)))
    for (const session of sessions.slice(0, 16)) expect((await take(session)).status).toBe(200)
    const [last, first] = [sessions[16], sessions[0]]
    if (!last || !first) throw new Error('unreachable')
    expect(await take(last)).toMatchObject({ status: 409, code: 'LB_ERR_CONFLICT' })
    await first.call('DELETE', '/session/test-token')
    expect((await take(last)).status).toBe(200)
  })

  it('is not made where clients need none, since the first token would turn the others away', async () => {
    const app = await startListingApp()
    const session = await signIn({ address: app.url })
    expect(await take(session)).toMatchObject({ status: 200, body: { id: null, token: null } })
    expect((await app.admin.state()).client_tokens).toEqual([])
  })

  it('belongs to a session: the admin token alone gets none', async () => {
    const admin = await startClosed()
    expect(await admin.call('POST', '/session/test-token')).toMatchObject({
      status: 409,
      body: { code: 'LB_ERR_CONFLICT' },
    })
  })

  it('that an earlier process has left is removed at the start', async () => {
    const admin = await startClosed()
    await take(await signIn(admin))
    await admin.close()
    const next = await startAdmin({ path: admin.path })
    expect(names(next)).toEqual(['of a client'])
    expect((await actions(next))[0]).toEqual(['client_token.delete', 'load-balancer'])
  })

  it('is no part of the configuration file, and an import that removes what it lacks leaves it alone', async () => {
    const admin = await startClosed()
    const { body } = await take(await signIn(admin))
    const headers = { 'x-admin-token': ADMIN_TOKEN }
    const yaml = await (await fetch(`${admin.address}${PREFIX}/config?positions=true`, { headers })).text()
    expect(yaml).toContain('of a client')
    expect(yaml).not.toContain(body.name)
    expect(await admin.call('POST', '/config/apply', { yaml, prune: true })).toMatchObject({ status: 200 })
    expect(names(admin)).toEqual(['of a client', body.name])
  })
})
