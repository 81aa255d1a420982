// Checks failover before the response starts: another endpoint responds, and no endpoint receives the request twice.
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import { serveWell } from '../../conformance/responses.ts'
import { eventData, open } from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { refuseWith, silence, startScriptedApp } from '../../support/apps/scripted-app.ts'
import { canSignCertificates, startSelfSigned } from '../../support/upstreams/self-signed-upstream.ts'

const CHAT = '/v1/chat/completions'

/** Endpoints are asked in their order, and none is ever set aside. */
async function startInOrder(
  faults: readonly (FaultInput | null)[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const app = await startApp({
    backends: faults.map((fault) => ({ fault, minTokens: 5, maxTokens: 5 })),
    endpoints: faults.map((_, index) => ({ priority_order: index + 1, timeout_seconds: 1 })),
    environment: { LB_FAIL_THRESHOLD: '1000', ...environment },
  })
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  return app
}

const status = (code: number): FaultInput => ({ kind: 'status', status: code })
const requestsOf = (app: RunningApp): number[] => app.backends.map(({ served }) => served().total.requests)

const failures: [string, FaultInput][] = [
  ['refuses the connection', { kind: 'refuse' }],
  ['resets it', { kind: 'reset' }],
  ['speaks no HTTP', { kind: 'malformed', form: 'bytes' }],
  ['is silent', { kind: 'hang' }],
  ['dies after its headers', { kind: 'die', afterChunks: 0 }],
  ...[401, 403, 429, 500, 502, 503, 504, 529].map((code): [string, FaultInput] => [
    `responses ${code}`,
    status(code),
  ]),
]

describe('where an endpoint', () => {
  it.each(failures)('%s, the next one responds', async (_name, fault) => {
    const app = await startInOrder([fault, null, null])
    const body = JSON.stringify(chatOf({ stream: true, stream_options: { include_usage: true } }))
    const responses = [await app.post(CHAT, chatOf()), await app.post(CHAT, body)]
    for (const response of responses) {
      expect([response.status, response.isComplete]).toEqual([200, true])
      expect(response.headers).toMatchObject({ 'x-lb-endpoint': 'backend-2', 'x-lb-attempts': '2' })
      expect(response.headers).not.toHaveProperty('x-should-retry')
    }
    expect(responses[1]?.text).toMatch(/data: \[DONE\]\n\n$/)
    expect(app.backends[1]?.served().last.at(-1)?.body.toString()).toBe(body)
    const { endpoints, stats } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({
      total_requests: 2,
      total_failures: 2,
      total_success: 0,
      inflight: 0,
    })
    expect(endpoints[1]).toMatchObject({ total_requests: 2, total_success: 2, completion_tokens_total: 10 })
    expect(endpoints[2]).toMatchObject({ total_requests: 0 })
    expect(stats).toMatchObject({ total_requests_served: 2, total_errors: 0, total_inflight: 0 })
    expect(await app.requestLines()).toMatchObject([
      { outcome: 'success', endpoint: 'backend-2', attempts: 2 },
      { outcome: 'success', endpoint: 'backend-2', attempts: 2 },
    ])
  })

  it('reports a failure under 200, the next one responds', async () => {
    const app = await startInOrder([{ kind: 'error-body' }, null])
    const response = await app.post(CHAT, chatOf())
    expect([response.status, response.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
    expect(response.json()).toHaveProperty('choices')
  })

  it.each([400, 404, 408, 409, 413, 422])('responds with %i, the client gets that', async (code) => {
    const app = await startInOrder([status(code), null])
    const response = await app.post(CHAT, chatOf())
    expect(response.status).toBe(code)
    expect(response.headers).toMatchObject({ 'x-lb-endpoint': 'backend-1', 'x-lb-attempts': '1' })
    expect(response.headers).not.toHaveProperty('x-should-retry')
    expect(requestsOf(app)).toEqual([1, 0])
  })

  it('has begun its stream, no other is tried', async () => {
    const app = await startInOrder([{ kind: 'die', afterChunks: 1 }, null])
    const response = await app.post(CHAT, chatOf({ stream: true }))
    expect(response.headers).toMatchObject({ 'x-lb-endpoint': 'backend-1', 'x-lb-attempts': '1' })
    expect(eventData(response.text).at(-1)).toHaveProperty('error.code')
    expect(response.text).not.toContain('[DONE]')
    expect(requestsOf(app)).toEqual([1, 0])
  })

  it('is the only one that a token may use, the client gets its failure', async () => {
    const app = await startInOrder([status(500), null])
    const { token } = await app.admin.token('a client', { preferred_endpoint_id: app.endpoint.id })
    const response = await app.post(CHAT, chatOf(), { authorization: `Bearer ${token}` })
    expect(response.status).toBe(500)
    expect(response.headers).toMatchObject({ 'x-lb-attempts': '1', 'x-should-retry': 'false' })
    expect(requestsOf(app)).toEqual([1, 0])
  })
})

describe('TLS', () => {
  it.skipIf(!canSignCertificates)(
    'that cannot be trusted (needs openssl) is a failure, unless the endpoint says that it can',
    async () => {
      const app = await startInOrder([null, null])
      await app.admin.patchEndpoint(app.endpoint.id, { base_url: `${await startSelfSigned()}/v1` })
      const response = await app.post(CHAT, chatOf())
      expect([response.status, response.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      const { endpoints } = await app.admin.state()
      expect(endpoints[0]).toMatchObject({
        total_failures: 1,
        last_error: 'the endpoint failed the TLS handshake',
      })

      await app.admin.patchEndpoint(app.endpoint.id, { verify_tls: false })
      const trusted = await app.post(CHAT, chatOf())
      expect([trusted.status, trusted.headers['x-lb-endpoint']]).toEqual([200, 'backend-1'])
    },
  )
})

describe('where every attempt fails', () => {
  it.each([
    ['0', 1, 500],
    ['1', 2, 502],
    ['2', 3, 529],
    ['10', 3, 529],
  ])(
    'LB_FAILOVER_ATTEMPTS=%s asks %i, and the last answer goes out as it was',
    async (attempts, asked, code) => {
      const app = await startInOrder(
        [status(500), status(502), { ...status(529), retryAfter: '3' } as FaultInput],
        {
          LB_FAILOVER_ATTEMPTS: attempts,
        },
      )
      for (const stream of [false, true]) {
        const response = await app.post(CHAT, chatOf({ stream }))
        expect([response.status, response.isComplete]).toEqual([code, true])
        expect(response.json()).toMatchObject({ error: { message: 'Simulated failure', code } })
        expect(response.headers).toMatchObject({
          'content-type': 'application/json',
          'x-lb-endpoint': `backend-${asked}`,
          'x-lb-attempts': String(asked),
          'x-should-retry': 'false',
        })
        expect(response.headers['retry-after']).toBe(code === 529 ? '3' : undefined)
      }
      expect(requestsOf(app)).toEqual([2, asked > 1 ? 2 : 0, asked > 2 ? 2 : 0])
      const { stats } = await app.admin.state()
      expect(stats).toMatchObject({ total_requests_served: 2, total_errors: 2, total_inflight: 0 })
    },
  )

  it.each([
    [429, '7', undefined],
    [503, '7', undefined],
    [503, undefined, 'false'],
    [500, '7', 'false'],
  ])(
    'with %i and a Retry-After of %s, the client is told to repeat it only where that may succeed',
    async (code, retryAfter, shouldRetry) => {
      const fault = { ...status(code), ...(retryAfter && { retryAfter }) } as FaultInput
      const app = await startInOrder([fault], { LB_FAILOVER_ATTEMPTS: '0' })
      const response = await app.post(CHAT, chatOf())
      expect([response.status, response.headers['retry-after']]).toEqual([code, retryAfter])
      expect(response.headers['x-should-retry']).toBe(shouldRetry)
    },
  )

  it('and the queue for the next one is in vain, the client may repeat it', async () => {
    const app = await startApp({
      backends: [{ fault: status(500) }, { fault: { kind: 'hang' } }],
      endpoints: [{ priority_order: 1 }, { priority_order: 2, max_concurrent: 1 }],
      environment: { LB_QUEUE_TIMEOUT_SECONDS: '0.2', LB_FAIL_THRESHOLD: '1000' },
    })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const { token } = await app.admin.token('holds the second', {
      preferred_endpoint_id: app.endpoints[1]?.id,
    })
    const headers = { authorization: `Bearer ${token}` }
    const holder = open(app.url + CHAT, { method: 'POST', headers, body: JSON.stringify(chatOf()) })
    await eventually(() => expect(app.backends[1]?.served().total.requests).toBe(1))
    const other = await app.admin.token('another')
    const response = await app.post(CHAT, chatOf(), { authorization: `Bearer ${other.token}` })
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([503, '1'])
    expect(response.headers).toHaveProperty('retry-after')
    expect(response.headers).not.toHaveProperty('x-should-retry')
    holder.destroy()
    await app.settled()
  })

  it.each<[string, FaultInput, number, string]>([
    ['by a broken connection', { kind: 'reset' }, 502, 'LB_ERR_UPSTREAM_UNREACHABLE'],
    ['by silence', { kind: 'hang' }, 504, 'LB_ERR_UPSTREAM_TIMEOUT'],
  ])('and the last one %s, the client gets an error', async (_name, last, code, name) => {
    const app = await startInOrder([status(500), last], { LB_FAILOVER_ATTEMPTS: '1' })
    const response = await app.post(CHAT, chatOf())
    expect(response.status).toBe(code)
    expect(response.json()).toMatchObject({ code: name, error: { code: name } })
    expect(response.headers).toMatchObject({
      'x-lb-endpoint': 'backend-2',
      'x-lb-attempts': '2',
      'x-should-retry': 'false',
    })
  })

  it('an unmodified client does not multiply that', async () => {
    const app = await startInOrder([status(500), status(503), { kind: 'reset' }])
    const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'none' })
    const ask = client.chat.completions.create({
      model: 'sim-model',
      messages: [{ role: 'user', content: 'a' }],
    })
    await expect(ask).rejects.toMatchObject({ status: 502 })
    expect(requestsOf(app)).toEqual([1, 1, 1])
  })

  it('within the total timeout, that is the end of it', async () => {
    const app = await startInOrder([status(500), { kind: 'hang' }, null], { LB_TOTAL_TIMEOUT_SECONDS: '0.3' })
    const response = await app.post(CHAT, chatOf())
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([504, '2'])
    expect(requestsOf(app)).toEqual([1, 1, 0])
  })
})

describe('a client that leaves between two attempts', () => {
  it('is let go by the second endpoint, which has not failed', async () => {
    const { app, upstreams } = await startScriptedApp({ scripts: [refuseWith(500), silence, serveWell] })
    const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) })
    const exchange = await upstreams[1]?.exchange(0)
    client.destroy()
    await exchange?.closed
    await eventually(async () => {
      const { endpoints, stats } = await app.admin.state()
      expect(stats.total_inflight).toBe(0)
      expect(endpoints.map(({ total_failures }) => total_failures)).toEqual([1, 0, 0])
      expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted', attempts: 2 }])
    })
    expect(upstreams[2]?.exchanges).toHaveLength(0)
  })
})
