// Messages over HTTP: errors in Anthropic's form wherever they come from, and what a backend sends, byte for byte.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { rawPost, sendBytes, type HttpResponse } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { startApp } from '../../support/apps/running-app.ts'

const MESSAGES = '/v1/messages'
const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' }
const JSON_TYPE = { 'content-type': 'application/json' }
const request = (fields: object = {}) => ({
  model: 'sim-model',
  max_tokens: 50,
  messages: [{ role: 'user', content: 'Hello there' }],
  ...fields,
})

interface Refusal {
  readonly status: number
  readonly type: string
  readonly code: string
}

/** The whole of Anthropic's form, the balancer's code, and nothing else. */
function expectForm(response: HttpResponse, { status, type, code }: Refusal): void {
  const id = response.headers['x-request-id']
  expect(response.status).toBe(status)
  expect(response.json()).toEqual({
    type: 'error',
    error: { type, message: expect.stringMatching(/./) as string },
    request_id: id,
    code,
  })
  expect(response.headers).toMatchObject({
    'request-id': id,
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
  })
}

describe('an error of the balancer', () => {
  it('has the form of its route, before and behind the router, and nothing goes upstream', async () => {
    const app = await startApp({
      environment: { LB_MAX_REQUEST_BODY_BYTES: '1000', LB_CORS_ORIGINS: 'http://page.example' },
    })
    const invalid = 'invalid_request_error'
    const bad = { status: 400, type: invalid, code: 'LB_ERR_INVALID_JSON' }
    const urls = [MESSAGES, '/messages', '/v1/any-pool/messages', `${MESSAGES}/count_tokens`]
    for (const url of [...urls, ...urls.map((each) => `${each}?beta=true`)])
      expectForm(await app.post(url, '{"model":'), bad)
    const large = request({ system: 'x'.repeat(1000) })
    const tooLarge = { status: 413, type: 'request_too_large', code: 'LB_ERR_BODY_TOO_LARGE' }
    const encoded = { status: 415, type: invalid, code: 'LB_ERR_UNSUPPORTED_ENCODING' }
    const foreign = { status: 403, type: 'permission_error', code: 'LB_ERR_FOREIGN_ORIGIN' }
    const wrongModel = { status: 400, type: invalid, code: 'LB_ERR_BAD_REQUEST' }
    for (const url of [MESSAGES, `${MESSAGES}?beta=true`]) {
      expectForm(await app.post(url, large), tooLarge)
      expectForm(await app.post(url, request(), { 'content-encoding': 'gzip' }), encoded)
      expectForm(await app.post(url, request(), { origin: 'http://other.example' }), foreign)
      expectForm(await app.post(url, request({ model: 7 })), wrongModel)
    }
    const method = { status: 405, type: invalid, code: 'LB_ERR_METHOD_NOT_ALLOWED' }
    const wrongMethod = await app.send(MESSAGES)
    expectForm(wrongMethod, method)
    expect(wrongMethod.headers.allow).toBe('POST')
    const missing = { status: 404, type: 'not_found_error', code: 'LB_ERR_NOT_FOUND' }
    expectForm(await app.post(`${MESSAGES}/batches`, request()), missing)
    expectForm(await app.send(`${MESSAGES}/batches/x?limit=1`), missing)
    expectForm(await app.post(`${MESSAGES}/%zz`, request()), { ...bad, code: 'LB_ERR_BAD_REQUEST' })
    expect(app.arrived()).toBe(0)
    for (const url of ['/v1/chat/completions', '/v1/messages2', '/nothing/messages'])
      expect((await app.post(url, '{')).json()).toHaveProperty('title')
  })

  it('has the form of its route where the body is no valid HTTP', async () => {
    const app = await startApp()
    const response = await sendBytes(
      app.port,
      rawPost(MESSAGES, ['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n'),
    )
    expect(response.status).toBe(400)
    const id = response.headers.get('request-id')
    expect(id).toBe(response.headers.get('x-request-id'))
    expect(JSON.parse(response.body)).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
      request_id: id,
    })
  })

  it('of a token over its share is a rate limit', async () => {
    const app = await startApp()
    const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
    const headers = { 'x-api-key': token }
    expect((await app.post(MESSAGES, request(), headers)).status).toBe(200)
    const limited = { status: 429, type: 'rate_limit_error' }
    const whole = await app.post(MESSAGES, request({ system: 'another' }), headers)
    expectForm(whole, { ...limited, code: 'LB_ERR_OVER_QUOTA' })
    expect(whole.headers['retry-after']).toBe('10')
    const stream = await app.post(MESSAGES, request({ stream: true }), headers)
    expectForm(stream, { ...limited, code: 'LB_ERR_OVER_QUOTA_STREAM' })
    expect((await app.requestLines()).map(({ status }) => status)).toEqual([200, 429, 429])
  })
})

async function startWith(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
  environment: Readonly<Record<string, string>> = {},
) {
  const upstream = await startUpstream(respond)
  const app = await startApp({ environment })
  await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
  return app
}

const ERROR =
  '{ "type": "error",\n  "error": {"type": "invalid_request_error", "message": "prompt is too long"} }\n'
const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const START = event('message_start', { message: { usage: { input_tokens: 11, output_tokens: 1 } } })
const TEXT = event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hi' } })
const END = event('message_delta', { delta: {}, usage: { output_tokens: 4 } }) + event('message_stop')

describe('what a backend sends', () => {
  it('reaches the client with its header fields, an error as its own bytes', async () => {
    const app = await startWith((_request, response) => {
      const headers = {
        'request-id': 'req_up',
        'anthropic-ratelimit-requests-remaining': '7',
        'x-other': '1',
      }
      response.writeHead(400, { ...JSON_TYPE, ...headers }).end(ERROR)
    })
    for (const stream of [false, true]) {
      const response = await app.post(MESSAGES, request({ stream }))
      expect([response.status, response.text]).toEqual([400, ERROR])
      expect(response.headers).toMatchObject({
        'x-upstream-request-id': 'req_up',
        'anthropic-ratelimit-requests-remaining': '7',
        'request-id': response.headers['x-request-id'],
      })
      expect(response.headers).not.toHaveProperty('x-other')
    }
  })

  it('in place of a stream that was opened early becomes an error event with the same words', async () => {
    const app = await startWith(
      (_request, response) => void setTimeout(() => response.writeHead(400, JSON_TYPE).end(ERROR), 300),
      { LB_SSE_KEEPALIVE_SECONDS: '0.05' },
    )
    const response = await app.post(MESSAGES, request({ stream: true }))
    expect(response.status).toBe(200)
    expect(response.headers['request-id']).toBe(response.headers['x-request-id'])
    const sent = response.text.replaceAll(': keep-alive\n\n', '')
    const lines = ERROR.split('\n').map((line) => `data: ${line}\n`)
    expect(sent).toBe(`event: error\n${lines.join('')}\n`)
  })

  it('as an error in the middle of a stream is passed on, counted as a failure and followed by no other', async () => {
    const overloaded = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
    const app = await startWith((_request, response) => {
      response.writeHead(200, EVENTS)
      response.write(START + TEXT)
      setImmediate(() => response.end(overloaded))
    })
    const response = await app.post(MESSAGES, request({ stream: true }))
    expect(response.text).toBe(START + TEXT + overloaded)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 1, total_success: 0 })
  })

  it('without message_stop is cut: a [DONE] is no end, and an error event follows', async () => {
    const cut = `${START}${TEXT}data: [DONE]\n\n`
    const app = await startWith((_request, response) => void response.writeHead(200, EVENTS).end(cut))
    const response = await app.post(MESSAGES, request({ stream: true }))
    expect(response.text.startsWith(cut)).toBe(true)
    expect(response.text.slice(cut.length)).toMatch(
      /^event: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"[^"]+"\},"code":"LB_ERR_UPSTREAM_BROKEN"\}\n\n$/,
    )
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 1 })
  })

  it('to its end is a success with its usage, whatever comes after message_stop', async () => {
    const whole = `${START}${event('ping')}${TEXT}${END}`
    const app = await startWith((_request, response) => {
      response.writeHead(200, EVENTS)
      response.write(`${whole}data: [DONE]\n\n`)
      setImmediate(() => response.destroy())
    })
    const response = await app.post(MESSAGES, request({ stream: true }))
    expect(response.text.startsWith(whole)).toBe(true)
    expect(response.text).not.toContain('event: error')
    const [endpoint] = (await app.admin.state()).endpoints
    expect(endpoint).toMatchObject({ total_success: 1, prompt_tokens_total: 11, completion_tokens_total: 4 })
  })
})
