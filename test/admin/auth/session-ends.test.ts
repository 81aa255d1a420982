// Event streams and WebSockets of a session are notified of its end.
import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectRaw } from '../../support/clients/http-client.ts'
import { signIn } from '../sign-in.ts'
import { ADMIN_TOKEN, startAdmin, type Admin } from '../start-admin.ts'

const HOUR_MS = 3_600_000

/** A server that only receives upgrade requests. */
async function receiveUpgrade(head: readonly string[]): Promise<IncomingMessage> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connection = await connectRaw(port)
  const upgraded = once(server, 'upgrade')
  const lines = [
    'GET /ws HTTP/1.1',
    'Host: lb.example:8090',
    'Connection: upgrade',
    'Upgrade: websocket',
    ...head,
  ]
  connection.write(`${lines.join('\r\n')}\r\n\r\n`)
  const [request] = (await upgraded) as [IncomingMessage]
  return request
}

async function watchSession(admin: Admin) {
  const session = await signIn(admin)
  const request = await receiveUpgrade([`Cookie: ${session.cookie}`, 'Origin: http://lb.example:8090'])
  const operator = admin.authentication.authenticate(request)
  let ends = 0
  const stop = admin.authentication.onSessionEnd(operator, () => void (ends += 1))
  return { session, operator, ends: () => ends, stop }
}

describe('the end of a session', () => {
  it('is reported once, at sign-out', async () => {
    const admin = await startAdmin()
    const [one, other] = [await watchSession(admin), await watchSession(admin)]
    expect(one.operator.actor).toBe(one.session.body.actor)
    await one.session.call('DELETE', '/session')
    admin.time.nowMs += HOUR_MS
    expect([one.ends(), other.ends()]).toEqual([1, 0])
    admin.runTimers()
    expect([one.ends(), other.ends()]).toEqual([1, 1])
  })

  it('is reported when the session expires, including its prolongation by other requests', async () => {
    const admin = await startAdmin()
    const { session, ends } = await watchSession(admin)
    admin.time.nowMs += HOUR_MS * 0.9
    await session.call('GET', '/session')
    admin.time.nowMs += HOUR_MS * 0.9
    admin.runTimers()
    expect(ends()).toBe(0)
    admin.time.nowMs += HOUR_MS * 0.1
    admin.runTimers()
    expect(ends()).toBe(1)
  })

  it('is reported when the browser signs in again', async () => {
    const admin = await startAdmin()
    const { session, ends } = await watchSession(admin)
    await signIn(admin, { cookie: session.cookie })
    expect(ends()).toBe(1)
  })

  it('is not reported after watching has stopped, and at once if the session has ended already', async () => {
    const admin = await startAdmin()
    const { session, operator, ends, stop } = await watchSession(admin)
    stop()
    await session.call('DELETE', '/session')
    expect(ends()).toBe(0)
    let late = 0
    admin.authentication.onSessionEnd(operator, () => void (late += 1))
    expect(late).toBe(1)
  })

  it('is never reported for a script', async () => {
    const admin = await startAdmin()
    const operator = admin.authentication.authenticate(
      await receiveUpgrade([`X-Admin-Token: ${ADMIN_TOKEN}`]),
    )
    admin.authentication.onSessionEnd(operator, () => expect.unreachable())
    admin.time.nowMs += HOUR_MS * 100
    admin.runTimers()
    expect(operator.session).toBeUndefined()
  })
})

describe('an upgrade request', () => {
  it.each([
    ['no origin', []],
    ['the origin of another host', ['Origin: http://evil.example']],
    ['the origin of another port', ['Origin: http://lb.example:9000']],
    ['an opaque origin', ['Origin: null']],
  ])('with a cookie and %s is refused', async (_case, head) => {
    const admin = await startAdmin()
    const { cookie } = await signIn(admin)
    const request = await receiveUpgrade([`Cookie: ${cookie}`, ...head])
    expect(() => admin.authentication.authenticate(request)).toThrow(/Only our own pages/)
  })

  it('is accepted through a proxy that forwards the host', async () => {
    const admin = await startAdmin()
    const { cookie, body } = await signIn(admin)
    const head = [
      `Cookie: ${cookie}`,
      'Origin: https://lb.public.example',
      'X-Forwarded-Host: lb.public.example',
    ]
    expect(admin.authentication.authenticate(await receiveUpgrade(head)).actor).toBe(body.actor)
  })

  it('without credentials is refused', async () => {
    const admin = await startAdmin()
    const request = await receiveUpgrade(['Origin: http://lb.example:8090'])
    expect(() => admin.authentication.authenticate(request)).toThrow(/Sign in/)
  })
})
