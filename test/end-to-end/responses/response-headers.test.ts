import { describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, chatOf, startApp, VERSION } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const ORIGIN = 'https://app.example.com'

const security = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-lb-version': VERSION,
}

describe('every response', () => {
  it('carries the security headers and a request id', async () => {
    const app = await startApp()
    const ids = new Set<unknown>()
    const responses = [
      await app.post(CHAT, chatOf()),
      await app.post(CHAT, chatOf({ stream: true })),
      await app.post(CHAT, 'bad'),
      ...(await Promise.all(
        [
          '/',
          '/health',
          '/livez',
          '/readyz',
          '/metrics',
          '/v1/models',
          '/nowhere',
          '/admin',
          '/admin/index.html',
        ].map((path) => app.send(path)),
      )),
      await app.send('/admin/nowhere'),
      await app.send('/admin/api/state'),
      await app.send('/admin/api/state', { headers: { 'x-admin-token': ADMIN_TOKEN } }),
    ]
    for (const { headers } of responses) {
      expect(headers).toMatchObject(security)
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      ids.add(headers['x-request-id'])
    }
    expect(ids.size).toBe(responses.length)
  })

  it('of an endpoint names the endpoint, and so does an error instead of it', async () => {
    const app = await startApp()
    const ours = { 'x-lb-endpoint': 'backend-1', 'x-lb-attempts': '1', 'x-request-id': 'mine' }
    const ask = async (stream: boolean) =>
      (await app.post(CHAT, chatOf({ stream }), { 'x-request-id': 'mine' })).headers
    for (const stream of [false, true])
      expect(await ask(stream)).toMatchObject({ ...ours, 'x-lb-cache': 'MISS' })
    await app.backend.setFault({ kind: 'status', status: 503 })
    for (const stream of [false, true]) expect(await ask(stream)).toMatchObject(ours)
    await app.backend.setFault({ kind: 'refuse' })
    expect(await ask(true)).toMatchObject(ours)
  })
})

describe('pages of other origins', () => {
  it('may call proxy and system routes, and read errors and our headers', async () => {
    const app = await startApp()
    const from = { origin: ORIGIN }
    const responses = [
      await app.post(CHAT, chatOf(), from),
      await app.post(CHAT, chatOf({ stream: true }), from),
      await app.post(CHAT, 'bad', from),
      await app.send('/v1/models', { headers: from }),
      await app.send('/health', { headers: from }),
      await app.send('/livez', { headers: from }),
      await app.send('/metrics', { headers: from }),
    ]
    for (const { headers } of responses) {
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-expose-headers']).toMatch(/X-LB-Endpoint.*X-Request-ID/)
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  it('may send a preflight request', async () => {
    const app = await startApp()
    const preflight = {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type, x-stainless-lang',
      },
    }
    for (const path of [CHAT, '/chat/completions', '/v1/models', '/health']) {
      const { status, headers } = await app.send(path, preflight)
      expect(status).toBe(204)
      expect(headers).toMatchObject({
        ...security,
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'authorization, content-type, x-stainless-lang',
        'access-control-max-age': '600',
      })
      expect(headers['access-control-allow-methods']).toContain('POST')
    }
    expect(app.arrived()).toBe(0)
  })

  it('that are not on the list get no CORS headers', async () => {
    const app = await startApp({ environment: { LB_CORS_ORIGINS: `${ORIGIN},https://other.example.com` } })
    const allowed = async (origin: string) =>
      (await app.post(CHAT, chatOf(), { origin })).headers['access-control-allow-origin']
    expect(await allowed(ORIGIN)).toBe(ORIGIN)
    expect(await allowed('https://other.example.com')).toBe('https://other.example.com')
    expect(await allowed('https://evil.example.com')).toBeUndefined()
  })

  it('never reach the admin side', async () => {
    const app = await startApp()
    const headers = {
      origin: ORIGIN,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'x-admin-token',
      'x-admin-token': ADMIN_TOKEN,
    }
    for (const path of [
      '/admin',
      '/admin/index.html',
      '/admin/nowhere',
      '/admin/api/state',
      '/admin/api/endpoints/1',
      '/admin/api/nowhere',
    ]) {
      for (const method of ['GET', 'OPTIONS', 'PATCH']) {
        const response = await app.send(path, { method, headers })
        const names = Object.keys(response.headers).filter((name) => name.startsWith('access-control-'))
        expect([method, path, names]).toEqual([method, path, []])
        if (method === 'OPTIONS') expect([path, response.status >= 400]).toEqual([path, true])
      }
    }
  })

  it('are not needed: OPTIONS without an origin gets a response as well', async () => {
    const app = await startApp()
    const response = await app.send(CHAT, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers).toMatchObject(security)
  })
})

describe('the system routes', () => {
  it('lead from the root to the admin page, which runs nothing of others', async () => {
    const app = await startApp()
    const root = await app.send('/')
    expect(root.status).toBe(307)
    expect(root.headers.location).toBe('/admin')
    const page = await app.send('/admin')
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.text).toContain('LLM Load Balancer')
    const policy = page.headers['content-security-policy']
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]) {
      expect(policy).toContain(part)
    }
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect((await app.send('/admin/index.html')).headers['content-security-policy']).toBe(policy)
    expect((await app.send('/admin/../package.json')).status).toBe(404)
    expect((await app.send('/admin/%2e%2e/%2e%2e/package.json')).status).toBeGreaterThanOrEqual(400)
  })

  it('report health, degraded while nothing is connected', async () => {
    const app = await startApp()
    await app.post(CHAT, chatOf())
    const well = await app.send('/health')
    expect(well.status).toBe(200)
    expect(well.json()).toMatchObject({
      status: 'ok',
      version: VERSION,
      endpoints: 1,
      connected: 1,
      routing_mode: 'percentage',
      priority_input_token_id: null,
      cache_size: 0,
      tokens_per_second: expect.any(Number) as number,
      requests_per_second: expect.any(Number) as number,
      total_inflight: 0,
      queued: 0,
      inflight_per_endpoint: { [app.endpoint.id]: 0 },
      total_requests_served: 1,
      total_errors: 0,
      uptime_seconds: expect.any(Number) as number,
    })
    const head = await app.send('/health', { method: 'HEAD' })
    expect([head.status, head.bytes.length]).toEqual([200, 0])
    await app.admin.patchEndpoint(app.endpoint.id, { connected: false })
    const degraded = await app.send('/health')
    expect(degraded.status).toBe(503)
    expect(degraded.json()).toMatchObject({ status: 'degraded', endpoints: 1, connected: 0 })
    expect((await app.send('/health', { method: 'HEAD' })).status).toBe(503)
    for (const path of ['/livez', '/readyz']) {
      expect([path, (await app.send(path)).status]).toEqual([path, 200])
    }
  })

  it('give metrics that agree with the state', async () => {
    const app = await startApp({ backends: [{ minTokens: 7, maxTokens: 7 }] })
    await app.post(CHAT, chatOf({ stream: true }))
    await app.post(CHAT, 'bad')
    await app.backend.setFault({ kind: 'status', status: 500 })
    await app.post(CHAT, chatOf())
    const { status, headers, text } = await app.send('/metrics')
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const line of [
      'lb_requests_total{status="2xx"} 1',
      'lb_requests_total{status="4xx"} 1',
      'lb_requests_total{status="5xx"} 1',
      'lb_errors_total{status="5xx"} 1',
      'lb_inflight_requests 0',
      'lb_endpoint_requests_total{endpoint="backend-1"} 2',
      'lb_endpoint_failures_total{endpoint="backend-1"} 1',
      'lb_endpoint_inflight_requests{endpoint="backend-1"} 0',
      'lb_endpoint_tokens_total{endpoint="backend-1",type="completion"} 7',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    for (const name of [
      'lb_tokens_per_second',
      'lb_requests_per_second',
      'lb_uptime_seconds',
      'lb_endpoint_avg_latency_seconds',
      'lb_request_duration_seconds_bucket',
      'lb_time_to_first_token_seconds_count',
      'lb_time_per_output_token_seconds_sum',
    ]) {
      expect(text).toContain(`\n${name}`)
    }
    expect(text).not.toContain('Hello')
  })
})
