import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import {
  eventData,
  open,
  readResponse,
  responseOf,
  type HttpResponse,
} from '../../support/clients/http-client.ts'
import { startRawUpstream, startUpstream } from '../../support/upstreams/http-upstream.ts'
import { chatOf, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'

const startFaulty = (fault: FaultInput, endpoint: object = {}) =>
  startApp({
    backends: [{ fault, minTokens: 40, maxTokens: 40 }],
    endpoints: endpoint,
    environment: { LB_FAIL_THRESHOLD: '1000' },
  })

async function expectFailures(app: RunningApp, failures: number): Promise<void> {
  const { endpoints, stats } = await app.admin.state()
  expect(endpoints[0]).toMatchObject({
    total_requests: failures,
    total_success: 0,
    total_failures: failures,
    inflight: 0,
    completion_tokens_total: 0,
  })
  expect(stats).toMatchObject({ total_inflight: 0, total_errors: failures, total_requests_served: failures })
  expect(await app.requestLines()).toHaveLength(failures)
  for (const line of await app.requestLines()) expect(line).toMatchObject({ outcome: 'failure' })
}

/** The balancer's own error response. */
function expectProblem(answer: HttpResponse, status: number, code: string): void {
  expect(answer.status).toBe(status)
  expect(answer.json()).toMatchObject({
    status,
    code,
    request_id: answer.headers['x-request-id'],
    error: { type: 'server_error', code, param: null },
  })
  expect(answer.headers).toMatchObject({
    'x-lb-endpoint': 'backend-1',
    'x-should-retry': 'false',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|(?<!ERR_)UPSTREAM_/)
}

describe('an endpoint that fails before its response begins', () => {
  it.each([400, 404, 422, 499])(
    'with status %i is passed on and not counted as a failure',
    async (status) => {
      const app = await startFaulty({ kind: 'status', status })
      for (const stream of [false, true]) {
        const answer = await app.post(CHAT, chatOf({ stream }))
        expect(answer.status).toBe(status)
        expect(answer.json()).toMatchObject({ error: { message: 'Simulated failure', code: status } })
        expect(answer.headers).not.toHaveProperty('x-should-retry')
      }
      expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_success: 2, total_failures: 0 })
    },
  )

  it.each([401, 403, 429, 500, 502, 503, 529])('with status %i is passed on as it is', async (status) => {
    for (const stream of [false, true]) {
      const app = await startFaulty({ kind: 'status', status, retryAfter: '7' })
      const answer = await app.post(CHAT, chatOf({ stream }))
      expect(answer.status).toBe(status)
      expect(answer.json()).toMatchObject({ error: { message: 'Simulated failure', code: status } })
      expect(answer.headers['x-should-retry']).toBe(status === 429 || status === 503 ? undefined : 'false')
      expect(answer.headers).toMatchObject({
        'retry-after': '7',
        'x-lb-endpoint': 'backend-1',
        'content-type': 'application/json',
      })
      expect(answer.headers).not.toHaveProperty('www-authenticate')
      await expectFailures(app, 1)
    }
  })

  it.each<[string, FaultInput, number, string, RegExp]>([
    ['refuses', { kind: 'refuse' }, 502, 'LB_ERR_UPSTREAM_UNREACHABLE', /refused the connection/],
    ['resets', { kind: 'reset' }, 502, 'LB_ERR_UPSTREAM_UNREACHABLE', /reset the connection/],
    ['speaks no HTTP', { kind: 'malformed', form: 'bytes' }, 502, 'LB_ERR_UPSTREAM_UNREACHABLE', /not HTTP/],
    ['hangs', { kind: 'hang' }, 504, 'LB_ERR_UPSTREAM_TIMEOUT', /did not answer in time/],
  ])('because it %s is reported', async (_name, fault, status, code, detail) => {
    const app = await startFaulty(fault, { timeout_seconds: 1 })
    const answers = await Promise.all([false, true].map((stream) => app.post(CHAT, chatOf({ stream }))))
    for (const answer of answers) {
      expectProblem(answer, status, code)
      expect((answer.json() as { detail: string }).detail).toMatch(detail)
    }
    await expectFailures(app, 2)
    for (const line of await app.requestLines()) expect(line).toMatchObject({ status, error_code: code })
    await app.backend.setFault(null)
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })

  it('by a host name that does not exist is reported', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: 'http://nowhere.invalid/v1' })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_UNREACHABLE')
  })

  it('by TLS at a plain port is reported', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, {
      base_url: app.backend.baseUrl.replace('http:', 'https:'),
    })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_UNREACHABLE')
  })

  it('by never responding is bounded by the total timeout as well', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'hang' } }],
      environment: { LB_TOTAL_TIMEOUT_SECONDS: '0.3' },
    })
    expectProblem(await app.post(CHAT, chatOf()), 504, 'LB_ERR_UPSTREAM_TIMEOUT')
    await expectFailures(app, 1)
    expect(app.backend.served().total.aborted).toBe(1)
  })

  it('by an error body with status 200 is a 502', async () => {
    const app = await startFaulty({ kind: 'error-body' })
    const answer = await app.post(CHAT, chatOf())
    expect(answer.status).toBe(502)
    expect(answer.json()).toMatchObject({ error: { message: 'Simulated failure' } })
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'x-lb-endpoint': 'backend-1' })
    await expectFailures(app, 1)
  })

  it('by an error as its first event is counted as a failure, whatever its status', async () => {
    const app = await startFaulty({ kind: 'error-body' })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect(answer.text).toContain('Simulated failure')
    await expectFailures(app, 1)
  })

  it('by an error as the first event of a stream loses no request that another endpoint can serve', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'error-body' } }, {}],
      endpoints: [{ priority_order: 1 }, { priority_order: 2 }],
    })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect(answer.headers).toMatchObject({ 'x-lb-endpoint': 'backend-2', 'x-lb-attempts': '2' })
    expect(answer.text).not.toContain('Simulated failure')
    expect(app.backend.served().faults).toEqual({ 'error-body': 1 })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 1 })
  })

  it.each([
    ['a status line alone', 'HTTP/1.1 200 OK\r\n'],
    ['half a header', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['headers without an end', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    [
      'an upgrade that was not requested',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    ],
    ['a chunk size that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['more headers than anyone sends', `HTTP/1.1 200 OK\r\n${'x-a: 1\r\n'.repeat(20_000)}\r\n`],
  ])('with %s is replaced by an error', async (_name, bytes) => {
    const app = await startApp()
    const { baseUrl } = await startRawUpstream((socket) => socket.end(bytes))
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_UNREACHABLE')
    expect((await app.admin.state()).stats.total_inflight).toBe(0)
  })
})

describe('an endpoint that fails in the middle of a stream', () => {
  it('between two events is reported by an error event without [DONE]', async () => {
    const app = await startFaulty({ kind: 'die', afterChunks: 5 })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect([answer.status, answer.isComplete]).toEqual([200, true])
    const events = eventData(answer.text)
    expect(events).toHaveLength(6)
    expect(events.at(-1)).toEqual({
      error: {
        message: expect.stringMatching(/^the endpoint /) as string,
        type: 'server_error',
        param: null,
        code: 'LB_ERR_UPSTREAM_UNREACHABLE',
      },
    })
    expect(answer.text).not.toContain('[DONE]')
    await expectFailures(app, 1)
    expect((await app.requestLines())[0]).toMatchObject({
      status: 200,
      error_code: 'LB_ERR_UPSTREAM_UNREACHABLE',
    })
  })

  it('reaches the openai client as an error', async () => {
    const app = await startFaulty({ kind: 'die', afterChunks: 5 })
    const stream = await app.openai().chat.completions.create({
      model: 'sim-model',
      messages: [{ role: 'user', content: 'a' }],
      stream: true,
    })
    const chunks: unknown[] = []
    const read = async (): Promise<void> => {
      for await (const chunk of stream) chunks.push(chunk)
    }
    await expect(read()).rejects.toThrow(/the endpoint/)
    expect(chunks).toHaveLength(5)
  })

  it.each(['chunk', 'character'] as const)(
    'inside a %s does not look like a complete stream',
    async (cut) => {
      const app = await startFaulty({ kind: 'die', afterChunks: 5, cut })
      const usage = { stream_options: { include_usage: true } }
      const seen = await app.post(CHAT, chatOf({ stream: true, ...usage }))
      expect([seen.status, seen.isComplete]).toEqual([200, false])
      expect(seen.text).not.toContain('[DONE]')
      // Where incomplete events are held back, the client has complete events only, so that an error event can follow.
      const held = await app.post(CHAT, chatOf({ stream: true }))
      expect(held.isComplete).toBe(true)
      expect(eventData(held.text)).toHaveLength(6)
      expect(eventData(held.text).at(-1)).toHaveProperty('error.code')
      expect(held.text).not.toContain('[DONE]')
      await expectFailures(app, 2)
    },
  )

  it('by omitting its [DONE] is reported', async () => {
    const app = await startFaulty({ kind: 'no-done' })
    for (const stream_options of [undefined, { include_usage: true }]) {
      const answer = await app.post(CHAT, chatOf({ stream: true, stream_options }))
      expect(eventData(answer.text).at(-1)).toMatchObject({ error: { code: 'LB_ERR_UPSTREAM_BROKEN' } })
      expect(answer.text).not.toContain('[DONE]')
    }
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ total_failures: 2, total_success: 0 })
  })

  it('by sending nothing more is reported', async () => {
    const app = await startFaulty({ kind: 'hang', afterChunks: 3 }, { timeout_seconds: 1 })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect(eventData(answer.text).at(-1)).toMatchObject({ error: { code: 'LB_ERR_UPSTREAM_TIMEOUT' } })
    expect(answer.text).not.toContain('[DONE]')
    await expectFailures(app, 1)
    expect(app.backend.served().total.aborted).toBe(1)
  })

  it('by sending nothing after its headers is reported', async () => {
    const app = await startFaulty({ kind: 'die', afterChunks: 0 })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expectProblem(answer, 502, 'LB_ERR_UPSTREAM_UNREACHABLE')
    await expectFailures(app, 1)
  })

  it('whose events cannot be parsed is passed on and ends with an error', async () => {
    const app = await startFaulty({ kind: 'malformed' })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('[DONE]')
    await expectFailures(app, 1)
  })

  it('of responses, which has no [DONE], is reported where the connection breaks', async () => {
    const app = await startFaulty({ kind: 'die', afterChunks: 4 })
    const answer = await app.post('/v1/responses', { input: 'a', stream: true })
    expect(answer.text).toMatch(
      /\n\nevent: error\ndata: [^\n]*\n\nevent: response\.failed\ndata: [^\n]*\n\n$/,
    )
    const code = 'LB_ERR_UPSTREAM_UNREACHABLE'
    expect(eventData(answer.text).slice(-2)).toMatchObject([
      { type: 'error', code, sequence_number: 4 },
      { type: 'response.failed', response: { status: 'failed', error: { code } }, sequence_number: 5 },
    ])
    await expectFailures(app, 1)
  })

  it('after [DONE] is not counted as a failure', async () => {
    const app = await startApp()
    const { baseUrl } = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(
        'data: {"choices":[],"usage":{"completion_tokens":3,"prompt_tokens":2}}\n\ndata: [DONE]\n\n',
      )
      setTimeout(() => response.socket?.destroySoon(), 20)
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect([answer.text, answer.isComplete]).toEqual(['data: [DONE]\n\n', true])
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      total_failures: 0,
      completion_tokens_total: 3,
    })
  })
})

describe('an endpoint that fails in the middle of an unstreamed response', () => {
  const part = '{"choices":[{"message":{"content":"half of wh'
  const cut = async (head: Record<string, string>, afterwards: (response: ServerResponse) => void) => {
    const app = await startApp()
    const isReceived = Promise.withResolvers<void>()
    const { baseUrl } = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...head })
      response.write(part)
      // Until the client has received something: pieces that arrive together are one, of which nothing is passed on.
      const more = setInterval(() => response.write(' '), 5)
      void isReceived.promise.then(() => {
        clearInterval(more)
        afterwards(response)
      })
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const response = await responseOf(
      open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) }),
    )
    isReceived.resolve()
    return { app, answer: await readResponse(response) }
  }

  it.each([
    [
      'with a length',
      { 'content-length': '1000' },
      (response: ServerResponse) => response.socket?.destroySoon(),
    ],
    ['in chunks', {}, (response: ServerResponse) => response.socket?.destroySoon()],
    ['by a reset', {}, (response: ServerResponse) => response.socket?.resetAndDestroy()],
    ['that ends cleanly too early', {}, (response: ServerResponse) => void response.end()],
  ])('%s cuts the connection of the client', async (_name, head, afterwards) => {
    const { app, answer } = await cut(head, afterwards)
    expect([answer.status, answer.isComplete]).toEqual([200, false])
    expect(answer.text.startsWith('{"choices"')).toBe(true)
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ total_success: 0, total_failures: 1, inflight: 0 })
  })

  it('without a length is an error while no byte of it was sent', async () => {
    const app = await startApp()
    const { baseUrl } = await startRawUpstream((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${part}`),
    )
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_BROKEN')
  })

  it('half of which arrives in one piece is an error with a status of its own', async () => {
    const app = await startFaulty({ kind: 'die' })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_UNREACHABLE')
    await expectFailures(app, 1)
  })

  it('whose JSON is incomplete is an error', async () => {
    const app = await startFaulty({ kind: 'malformed' })
    expectProblem(await app.post(CHAT, chatOf()), 502, 'LB_ERR_UPSTREAM_BROKEN')
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_success: 0, total_failures: 1 })
  })
})

describe('a response that is encoded against the request', () => {
  it.each([false, true])('is passed on unchanged, its usage absent (stream: %s)', async (stream) => {
    const app = await startApp({ backends: [{ fault: { kind: 'gzip' }, minTokens: 5, maxTokens: 5 }] })
    const answer = await app.post(CHAT, chatOf({ stream }))
    expect([answer.status, answer.isComplete]).toEqual([200, true])
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(answer.bytes).toString()).toContain(stream ? 'data: [DONE]' : '"usage"')
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      completion_tokens_total: 0,
    })
    const [line] = await app.requestLines()
    expect(line).toMatchObject({ outcome: 'success' })
    expect(line).not.toHaveProperty('completion_tokens')
    expect(line).not.toHaveProperty('prompt_tokens')
  })

  it('is not held back by a chunk where it is a stream', async () => {
    const app = await startApp()
    const { baseUrl } = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      response.write(gzipSync('data: {}\n\n'))
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf({ stream: true })) })
    const response = await responseOf(client)
    const [chunk] = (await once(response, 'data')) as [Buffer]
    expect(gunzipSync(chunk).toString()).toBe('data: {}\n\n')
    response.destroy()
    await app.settled()
  })
})

describe('a response that is unusual but no fault', () => {
  const whole = '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}'

  it.each([
    [
      'after early hints',
      200,
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n${whole}`,
    ],
    ['of HTTP/1.0', 200, `HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${whole}`],
    ['without content', 204, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['with nothing in it', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['of an unknown status', 299, 'HTTP/1.1 299 \r\ncontent-length: 2\r\n\r\n{}'],
  ])('%s is passed on and counted', async (_name, status, bytes) => {
    const app = await startApp()
    const { baseUrl } = await startRawUpstream((socket) => socket.end(bytes))
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const answer = await app.post(CHAT, chatOf())
    expect([answer.status, answer.isComplete]).toEqual([status, true])
    expect(answer.headers).not.toHaveProperty('location')
    expect(answer.text).toBe(bytes.includes(whole) ? whole : status === 299 ? '{}' : '')
    const { endpoints, stats } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ total_success: 1, total_failures: 0 })
    expect(stats.total_inflight).toBe(0)
  })
})
