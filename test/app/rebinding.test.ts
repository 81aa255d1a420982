import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { ADMIN_TOKEN, startApp } from '../support/apps/running-app.ts'

const NAMES = ['evil.example', 'evil.example:8090']

it('a page whose name was made to point to the balancer gets neither the admin API nor the bridge, since the session stays with its host', async () => {
  const app = await startApp()
  const signedIn = await app.send('/admin/api/session', {
    method: 'POST',
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  })
  // Without Domain a browser sends the cookie to the very host that set it, and so never for another name.
  expect(signedIn.headers['set-cookie']?.[0]).not.toMatch(/domain/i)
  for (const host of NAMES) {
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    for (const path of ['/admin/api/state', '/admin/api/session', '/admin/api/live'])
      expect([path, (await app.send(path, { headers })).status]).toEqual([path, 401])
    const change = await app.send('/admin/api/tokens', { method: 'POST', headers, body: '{"name":"x"}' })
    expect(change.status).toBe(401)
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, { headers })
    onTestFinished(() => socket.terminate())
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(401)
  }
})
