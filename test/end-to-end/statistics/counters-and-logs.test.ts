import { describe, expect, it } from 'vitest'
import { chunk, CHUNKED_STREAM, delta, serveWell } from '../../conformance/responses.ts'
import { open, readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import {
  ADMIN_TOKEN,
  chatOf,
  eventually,
  startApp,
  type RunningApp,
  startListingApp,
} from '../../support/apps/running-app.ts'
import { testWorkers } from '../../support/apps/worker-server.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { refuseWith, silence, startScriptedApp } from '../../support/apps/scripted-app.ts'

const CHAT = '/v1/chat/completions'

/** What the next look at the state shows right after the last byte of a response, over another connection. */
async function stateAfter(app: RunningApp, body: object, headers: object = {}) {
  const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(body), headers: { ...headers } })
  await readResponse(await responseOf(client))
  return app.admin.state()
}

describe('counters', () => {
  it('tell cached and reasoning tokens apart, streamed or not, for the endpoint, its client token, metrics and log', async () => {
    const { baseUrl } = await startUpstream((request, response) => {
      const usage =
        request.url === '/v1/responses'
          ? '{"input_tokens":20,"output_tokens":5,"input_tokens_details":{"cached_tokens":16},"output_tokens_details":{"reasoning_tokens":3}}'
          : '{"prompt_tokens":20,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":3}}'
      const isStream = request.headers['accept'] === 'text/event-stream'
      response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json')
      response.end(
        isStream ? `data: {"choices":[],"usage":${usage}}\n\ndata: [DONE]\n\n` : `{"usage":${usage}}`,
      )
    })
    const app = await startApp()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    await app.admin.endpoint('detailed', baseUrl)
    const { token } = await app.admin.token('thinker')
    const headers = { authorization: `Bearer ${token}` }
    await app.post(CHAT, chatOf(), headers)
    await app.post(CHAT, chatOf({ stream: true }), { ...headers, accept: 'text/event-stream' })
    await app.post('/v1/responses', { model: 'm', input: 'x' }, headers)
    await app.settled()
    const state = await app.admin.state()
    const sums = { prompt_tokens_total: 60, cached_tokens_total: 48, reasoning_tokens_total: 9 }
    expect(state.endpoints[0]).toMatchObject(sums)
    expect(state.client_tokens[0]).toMatchObject(sums)
    expect((await app.requestLines()).at(-1)).toMatchObject({ cached_tokens: 16, reasoning_tokens: 3 })
    await eventually(async () => {
      const { text } = await app.send('/metrics')
      expect(text).toContain('lb_endpoint_cached_tokens_total{endpoint="detailed"} 48')
      expect(text).toContain('lb_endpoint_reasoning_tokens_total{endpoint="detailed"} 9')
    })
  })

  it('are exact as soon as a response of any kind has been sent', async () => {
    const app = await startApp({
      backends: [{ minTokens: 3, maxTokens: 3 }],
      environment: { LB_FAIL_THRESHOLD: '1000' },
    })
    const { token, id } = await app.admin.token('counted')
    const headers = { authorization: `Bearer ${token}` }
    let requests = 0
    let successes = 0
    const check = async (fields: object, succeeds: boolean): Promise<void> => {
      const state = await stateAfter(app, chatOf(fields), headers)
      requests += 1
      if (succeeds) successes += 1
      expect(state.endpoints[0]).toMatchObject({
        total_requests: requests,
        total_success: successes,
        total_failures: requests - successes,
        completion_tokens_total: 3 * successes,
        inflight: 0,
      })
      expect(state.client_tokens.find((one) => one.id === id)).toMatchObject({
        total_requests: requests,
        completion_tokens_total: 3 * successes,
      })
      expect(state.stats).toMatchObject({
        total_inflight: 0,
        inflight_per_endpoint: { [app.endpoint.id]: 0 },
        total_requests_served: requests,
        total_errors: requests - successes,
      })
      expect(await app.requestLines()).toHaveLength(requests)
    }
    for (let round = 0; round < 10; round += 1) {
      await check({}, true)
      await check({ stream: true }, true)
      await check({ stream: true, stream_options: { include_usage: true } }, true)
    }
    for (const fault of [
      { kind: 'status', status: 500 },
      { kind: 'reset' },
      { kind: 'die', afterChunks: 2 },
      { kind: 'die', afterChunks: 2, cut: 'chunk' },
    ] as const) {
      await app.backend.setFault(fault)
      await check({ stream: true }, false)
    }
  })

  it('include latency and rates, and are empty after a reset', async () => {
    const app = await startApp({ backends: [{ minTokens: 30, maxTokens: 30 }] })
    const { endpoints, stats } = await stateAfter(app, chatOf({ stream: true }))
    expect(endpoints[0]?.avg_latency_ms).toBeGreaterThan(0)
    expect(stats.tokens_per_second).toBeGreaterThan(0)
    expect(stats.requests_per_second).toBeGreaterThan(0)
    await app.admin.call('POST', '/reset-stats')
    const after = await app.admin.state()
    expect(after.endpoints[0]).toMatchObject({
      total_requests: 0,
      avg_latency_ms: 0,
      completion_tokens_total: 0,
    })
    expect(after.stats).toMatchObject({
      tokens_per_second: 0,
      requests_per_second: 0,
      total_requests_served: 0,
    })
  })

  it('do not count a model list', async () => {
    const app = await startListingApp()
    await app.send('/v1/models')
    const { endpoints, stats } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ total_requests: 0 })
    expect(stats).toMatchObject({ total_requests_served: 0, total_errors: 0 })
    expect((await app.send('/metrics')).text).toContain('lb_requests_total{status="2xx"} 0')
    expect(await app.requestLines()).toMatchObject([
      { route: '/v1/models', method: 'GET', status: 200, outcome: 'success' },
    ])
  })
})

describe('the log', () => {
  it('has one line a request, with what it was and what it cost', async () => {
    const app = await startApp({ backends: [{ minTokens: 3, maxTokens: 3 }] })
    const { token, id } = await app.admin.token('logged')
    const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'mine-1' }
    await app.post('/v1/pool-x/chat/completions?key=in-the-query', chatOf({ stream: true }), headers)
    await app.post(CHAT, chatOf(), headers)
    await app.post(CHAT, 'no JSON', headers)
    await app.post(CHAT, chatOf())
    const common = {
      level: 'info',
      msg: 'request',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      method: 'POST',
    }
    const ms = expect.any(Number) as number
    const served = {
      ...common,
      request_id: 'mine-1',
      block: 'Incoming 1',
      endpoint: 'backend-1',
      model: 'sim-model',
      status: 200,
      outcome: 'success',
      attempts: 1,
      prompt_tokens: 3,
      completion_tokens: 3,
      latency_ms: ms,
      client_token_id: id,
    }
    expect(await app.requestLines()).toEqual([
      { ...served, route: '/v1/:pool/chat/completions', stream: true, ttft_ms: ms },
      { ...served, route: CHAT, stream: false },
      {
        ...common,
        request_id: 'mine-1',
        route: CHAT,
        block: 'Incoming 1',
        status: 400,
        outcome: 'refused',
        attempts: 0,
        stream: false,
        latency_ms: ms,
        client_token_id: id,
        error_code: 'LB_ERR_INVALID_JSON',
      },
      {
        ...common,
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        route: CHAT,
        status: 401,
        outcome: 'refused',
        attempts: 0,
        stream: false,
        latency_ms: ms,
        error_code: 'LB_ERR_UNAUTHORIZED',
      },
    ])
  })

  // Workers divide the slots of an endpoint: one that has none does not fail over to it until it gets some.
  it.skipIf(testWorkers > 1)('has the part of each endpoint in a failed request', async () => {
    const { app, upstreams } = await startScriptedApp({
      scripts: [refuseWith(500), silence, refuseWith(429, 'Retry-After: 60\r\n'), silence, serveWell],
      endpoints: [{}, { max_concurrent: 1 }, {}, { enabled: false }, { connected: false }],
      environment: { LB_QUEUE_MAX: '0' },
    })
    const holder = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) })
    await upstreams[1]?.exchange(0)
    // The first has failed it, the second has all it may have, and the third is asked once.
    expect((await app.post(CHAT, chatOf())).status).toBe(429)
    holder.destroy()
    await app.settled()
    const failed = app.post(CHAT, chatOf())
    await upstreams[1]?.exchange(1)
    await upstreams[1]?.close()
    expect((await failed).status).toBe(502)
    const lines = await app.requestLines()
    expect(lines.find(({ status }) => status === 429)).toMatchObject({
      endpoints: {
        'backend-1': 'failed: status 500',
        'backend-3': 'failed: status 429',
        'backend-2': 'full',
        'backend-4': 'disabled',
      },
    })
    expect(lines.find(({ status }) => status === 502)?.endpoints).toEqual({
      'backend-1': 'failed: status 500',
      'backend-2': expect.stringMatching(/^failed: the endpoint (reset|closed) the connection$/) as string,
      'backend-3': 'cooling down',
      'backend-4': 'disabled',
    })
    expect(lines.find(({ status }) => status === 499)).not.toHaveProperty('endpoints')
  })

  it('says so of one that no endpoint could take, and names those that were asked alone once an answer has begun', async () => {
    const { app, upstream } = await startScriptedApp({
      scripts: [refuseWith(429, 'Retry-After: 60\r\n'), silence],
      endpoints: [{}, { enabled: false }],
    })
    await app.post(CHAT, chatOf())
    expect((await app.post(CHAT, chatOf())).status).toBe(503)
    await app.admin.call('POST', `/endpoints/${(await app.admin.state()).endpoints[0]?.id}/reset`)
    upstream.follow(async (exchange) => {
      await exchange.write(CHUNKED_STREAM)
      await exchange.write(chunk(delta('so far')))
      exchange.reset()
    })
    expect((await app.post(CHAT, chatOf({ stream: true }))).text).toContain('so far')
    expect((await app.requestLines()).map(({ attempts, endpoints }) => [attempts, endpoints])).toEqual([
      [1, { 'backend-1': 'failed: status 429', 'backend-2': 'disabled' }],
      [0, { 'backend-1': 'cooling down', 'backend-2': 'disabled' }],
      [1, { 'backend-1': expect.stringMatching(/^failed: the endpoint /) as string }],
    ])
  })

  it('never contains a secret, a prompt or a response, at any level', async () => {
    const app = await startApp({
      backends: [{ apiKey: 'upstream-key-zebra-end' }],
      endpoints: { api_key: 'upstream-key-zebra-end' },
      environment: {
        LB_LOG_LEVEL: 'trace',
        LB_CLIENT_TOKENS: 'static-token-zebra-end',
        LB_FAIL_THRESHOLD: '1000',
      },
    })
    const { token } = await app.admin.token('a', { token: 'client-token-zebra-end' })
    const prompt = { messages: [{ role: 'user', content: 'prompt-zebra' }], user: 'user-zebra' }
    const faults = [
      null,
      { kind: 'status', status: 500 },
      { kind: 'reset' },
      { kind: 'die' },
      { kind: 'error-body' },
    ] as const
    for (const fault of faults) {
      await app.backend.setFault(fault)
      for (const stream of [false, true]) {
        for (const bearer of [token, 'static-token-zebra-end', 'wrong-token-zebra-end']) {
          await app.post(
            `${CHAT}?q=query-zebra`,
            { ...prompt, stream },
            {
              authorization: `Bearer ${bearer}`,
              'x-api-key': 'header-zebra',
              cookie: 'cookie-zebra',
            },
          )
        }
      }
    }
    await app.post(CHAT, '{"messages": prompt-zebra', { authorization: `Bearer ${token}` })
    await app.post(`/v1/path-zebra/chat/completions`, '{"messages": "prompt-zebra', {
      authorization: `Bearer ${token}`,
    })
    await send(`${app.url}/admin/api/endpoints/1`, {
      method: 'PATCH',
      headers: { 'x-admin-token': ADMIN_TOKEN },
      body: JSON.stringify({ api_key: 'other-key-zebra-end' }),
    })
    await send(`${app.url}/admin/api/state`, { headers: { 'x-admin-token': 'wrong-admin-zebra' } })
    expect(await app.requestLines()).toHaveLength(6 * faults.length + 2)
    expect(await app.logText()).not.toContain('zebra')
    expect(await app.logText()).not.toContain(ADMIN_TOKEN)
    expect(await app.logText()).not.toMatch(/balancer hands every|queue moves/)
  })
})

describe('a path that is not there', () => {
  it.each([
    ['GET', '/v1/secret-in-a-path', 404, 'LB_ERR_NOT_FOUND'],
    ['PUT', '/v1/embeddings', 405, 'LB_ERR_METHOD_NOT_ALLOWED'],
  ])('has a line in the log, without the path (%s %s)', async (method, path, status, error_code) => {
    const app = await startApp()
    expect((await send(app.url + path, { method })).status).toBe(status)
    await eventually(async () =>
      expect(await app.requestLines()).toMatchObject([
        { method, route: '(none)', status, outcome: 'refused', attempts: 0, error_code },
      ]),
    )
    expect(await app.logText()).not.toContain('secret-in-a-path')
  })
})
