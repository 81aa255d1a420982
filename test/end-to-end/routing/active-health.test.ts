import { expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const broken = { kind: 'status', status: 503, pathPrefix: '/health' } as const

it('keeps requests from an endpoint that fails its health checks, for as long as it does', async () => {
  const app = await startApp({
    backends: [{ fault: broken }, {}],
    endpoints: { health_check_path: '/health', health_check_interval_seconds: 1, token_quota_percent: 50 },
  })
  const shown = async () => (await app.admin.state()).endpoints.map(({ healthy }) => healthy)
  await eventually(async () => expect(await shown()).toEqual([false, true]))
  for (let count = 0; count < 4; count += 1) {
    const response = await app.post(CHAT, chatOf())
    expect([response.status, response.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
  }
  const [aside] = (await app.admin.state()).endpoints
  expect(aside).toMatchObject({
    total_requests: 0,
    consecutive_failures: 0,
    breaker_state: 'closed',
    last_error: 'health check: answered with status 503',
  })
  await app.backend.setFault(null)
  await eventually(async () => expect(await shown()).toEqual([true, true]))
  const names = new Set<unknown>()
  for (let count = 0; count < 8; count += 1) {
    names.add((await app.post(CHAT, chatOf())).headers['x-lb-endpoint'])
  }
  expect(names).toEqual(new Set(['backend-1', 'backend-2']))
})

it('selects an endpoint again at once when its checks are switched off', async () => {
  const app = await startApp({
    backends: [{ fault: broken }],
    endpoints: { health_check_path: '/health', health_check_interval_seconds: 1 },
  })
  await eventually(async () => expect((await app.admin.state()).endpoints[0]?.healthy).toBe(false))
  expect((await app.post(CHAT, chatOf())).status).toBe(503)
  const patched = await app.admin.patchEndpoint(app.endpoint.id, { health_check_path: null })
  expect(patched.healthy).toBe(true)
  expect((await app.post(CHAT, chatOf())).status).toBe(200)
})
