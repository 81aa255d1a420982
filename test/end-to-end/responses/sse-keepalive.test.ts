// Checks streams that wait for an endpoint: they open early, receive keep-alive comments, and end in a response or an error.
import { describe, expect, it } from 'vitest'
import {
  chunk,
  CHUNKED_STREAM,
  delta,
  DONE,
  jsonResponse,
  serveWell,
  wholeReply,
} from '../../conformance/responses.ts'
import { sendRaw, type RawResponse } from '../../conformance/raw-client.ts'
import type { Script } from '../../conformance/scripted-upstream.ts'
import { chatOf, eventually, type RunningApp } from '../../support/apps/running-app.ts'
import { refuseWith, silence, startScriptedApp } from '../../support/apps/scripted-app.ts'

const CHAT = '/v1/chat/completions'
const KEEP_ALIVE = ': keep-alive\n\n'
const WAIT_MS = 30_000
const lively = { LB_SSE_KEEPALIVE_SECONDS: '0.05' }

const stream = ({ url }: RunningApp): RawResponse =>
  sendRaw({
    url: url + CHAT,
    body: JSON.stringify(chatOf({ stream: true })),
    authorization: undefined,
    waitMs: WAIT_MS,
  })

const comments = (answer: RawResponse): number => answer.text().split(KEEP_ALIVE).length - 1
const hears = (answer: RawResponse, count: number): Promise<void> =>
  answer.until(`${count} comments`, () => comments(answer) >= count)

/** What came after the comments. */
const withoutComments = (answer: RawResponse): string => answer.text().replaceAll(KEEP_ALIVE, '')

function errorOf(answer: RawResponse): unknown {
  const text = withoutComments(answer)
  expect(text).not.toContain('[DONE]')
  expect(text).toMatch(/^(?:: x-lb-endpoint [^\n]+\n\n)?data: \{.*\}\n\n$/)
  return (JSON.parse(text.slice(text.indexOf('data: ') + 'data: '.length)) as { error: unknown }).error
}

async function expectError(answer: RawResponse, error: object): Promise<void> {
  expect(await answer.ended()).toBe('complete')
  expect(answer.status()).toBe(200)
  expect(errorOf(answer)).toMatchObject(error)
}

const startSilent = (more: readonly Script[] = [], environment = {}) =>
  startScriptedApp({ scripts: [silence, ...more], environment: { ...lively, ...environment } })

describe('a stream that waits for its first byte', () => {
  it('gets its head and comments, then the response with the name of its endpoint', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 2)
    expect(answer.status()).toBe(200)
    expect(answer.header('content-type')).toMatch(/^text\/event-stream/)
    expect(answer.header('x-lb-endpoint')).toBeUndefined()
    expect(answer.header('x-request-id')).toBeDefined()
    await serveWell(exchange)
    expect(await answer.ended()).toBe('complete')
    const whole = ['Grüße', ' ', '🚀'].map(delta).join('') + DONE
    expect(withoutComments(answer)).toBe(`: x-lb-endpoint backend-1\n\n${whole}`)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      completion_tokens_total: 3,
      inflight: 0,
    })
  })

  it('gets no more comments once the response has begun', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    await exchange.write(CHUNKED_STREAM)
    await exchange.write(chunk(delta('one')))
    await answer.until('the first event', () => answer.text().includes('one'))
    const before = comments(answer)
    const other = stream(app)
    await hears(other, 3)
    expect(comments(answer)).toBe(before)
    answer.leave()
    other.leave()
    await app.settled()
  })

  it('gets comments in the queue as well', async () => {
    const { app, upstream } = await startScriptedApp({
      scripts: [silence],
      endpoints: [{ max_concurrent: 1 }],
      environment: lively,
    })
    const holder = app.post(CHAT, chatOf())
    const held = await upstream.exchange(0)
    const answer = stream(app)
    await hears(answer, 2)
    expect((await app.admin.state()).stats).toMatchObject({ queued: 1, total_inflight: 1 })
    upstream.follow(serveWell)
    await held.write(jsonResponse(wholeReply))
    expect(await answer.ended()).toBe('complete')
    expect(withoutComments(answer)).toMatch(/^: x-lb-endpoint backend-1\n\n[^]*data: \[DONE\]\n\n$/)
    await holder
  })

  it('is read by the openai client as usual', async () => {
    const { app, upstream } = await startSilent()
    const opening = app.openai().chat.completions.create({
      model: 'sim-model',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    })
    const exchange = await upstream.exchange(0)
    // The client has its head, which nothing but a comment can have brought it.
    const events = await opening
    await serveWell(exchange)
    let text = ''
    for await (const event of events) text += event.choices[0]?.delta.content ?? ''
    expect(text).toBe('Grüße 🚀')
  })

  it('lets its endpoint go when its client leaves', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    answer.leave()
    await exchange.closed
    await eventually(async () => {
      const { endpoints, stats } = await app.admin.state()
      expect(stats).toMatchObject({ total_inflight: 0, total_errors: 0 })
      expect(endpoints[0]).toMatchObject({ total_failures: 0, inflight: 0 })
      expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted' }])
    })
  })
})

describe('a stream that was opened early', () => {
  it('gets an error event for a broken connection', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    exchange.reset()
    await expectError(answer, { code: 'LB_ERR_UPSTREAM_UNREACHABLE', type: 'server_error' })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 1, inflight: 0 })
  })

  it.each([400, 404, 500, 529])("gets an error event for the upstream's own error %i", async (status) => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    await refuseWith(status)(exchange)
    await expectError(answer, { message: `said with ${status}`, code: status })
    const isFailure = status >= 500
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_failures: isFailure ? 1 : 0,
      total_success: isFailure ? 0 : 1,
      inflight: 0,
    })
    // What the client has seen, and what came of it.
    expect(await app.requestLines()).toMatchObject([
      {
        status: 200,
        outcome: isFailure ? 'failure' : 'success',
        endpoint: 'backend-1',
        error_code: 'LB_ERR_UPSTREAM_BROKEN',
      },
    ])
  })

  it('gets an error event for a response that is not a stream', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    await exchange.write(
      'HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<h1>busy</h1>',
    )
    await expectError(answer, { code: 'LB_ERR_UPSTREAM_BROKEN' })
  })

  it('goes on to another endpoint all the same', async () => {
    const { app, upstream, upstreams } = await startSilent([silence, serveWell])
    const answer = stream(app)
    const first = await upstream.exchange(0)
    await hears(answer, 1)
    await refuseWith(500)(first)
    const second = await upstreams[1]?.exchange(0)
    await second?.write(CHUNKED_STREAM)
    second?.reset()
    expect(await answer.ended()).toBe('complete')
    expect(withoutComments(answer)).toMatch(/^: x-lb-endpoint backend-3\n\n[^]*data: \[DONE\]\n\n$/)
    expect(await app.requestLines()).toMatchObject([
      { status: 200, outcome: 'success', endpoint: 'backend-3', attempts: 3 },
    ])
  })

  it('fails over to another endpoint if the first reports a failure in its body', async () => {
    const { app, upstream } = await startSilent([serveWell])
    const answer = stream(app)
    const first = await upstream.exchange(0)
    await hears(answer, 1)
    await first.write(jsonResponse(JSON.stringify({ error: { message: 'out of memory' } })))
    expect(await answer.ended()).toBe('complete')
    expect(withoutComments(answer)).toMatch(/^: x-lb-endpoint backend-2\n\n[^]*data: \[DONE\]\n\n$/)
    expect(answer.text()).not.toContain('out of memory')
  })

  it('gets an error event when it has waited too long in the queue', async () => {
    const { app, upstream } = await startScriptedApp({
      scripts: [silence],
      endpoints: [{ max_concurrent: 1 }],
      environment: { ...lively, LB_QUEUE_TIMEOUT_SECONDS: '1' },
    })
    const holder = stream(app)
    await upstream.exchange(0)
    const answer = stream(app)
    await hears(answer, 1)
    await expectError(answer, { code: 'LB_ERR_QUEUE_TIMEOUT' })
    holder.leave()
    await app.settled()
  })

  it('gets an error event when the total timeout has passed', async () => {
    const { app } = await startSilent([], { LB_TOTAL_TIMEOUT_SECONDS: '1' })
    const answer = stream(app)
    await hears(answer, 1)
    await expectError(answer, { code: 'LB_ERR_UPSTREAM_TIMEOUT' })
  })

  it('that breaks after its response has begun ends in an error', async () => {
    const { app, upstream } = await startSilent()
    const answer = stream(app)
    const exchange = await upstream.exchange(0)
    await hears(answer, 1)
    await exchange.write(CHUNKED_STREAM)
    await exchange.write(chunk(delta('one')))
    await answer.until('the first event', () => answer.text().includes('one'))
    exchange.reset()
    expect(await answer.ended()).toBe('complete')
    expect(answer.text()).toMatch(/data: \{"error":.*\}\n\n$/)
    expect(answer.text()).not.toContain('[DONE]')
  })
})

describe('what is not kept alive', () => {
  it('is an unstreamed request', async () => {
    const { app, upstream } = await startSilent()
    const other = stream(app)
    const answer = app.post(CHAT, chatOf())
    await upstream.exchange(1)
    await hears(other, 3)
    const unstreamed = upstream.exchanges.find(({ request }) => !request.body.includes('"stream":true'))
    await unstreamed?.write(jsonResponse(wholeReply))
    expect((await answer).text).toBe(wholeReply)
    expect((await answer).headers['x-lb-endpoint']).toBe('backend-1')
    other.leave()
    await app.settled()
  })

  it.each([['0'], ['3600']])(
    'is a stream with LB_SSE_KEEPALIVE_SECONDS=%s that begins sooner',
    async (seconds) => {
      const { app } = await startScriptedApp({
        scripts: [serveWell],
        environment: { LB_SSE_KEEPALIVE_SECONDS: seconds },
      })
      const answer = stream(app)
      await answer.ended()
      expect(answer.header('x-lb-endpoint')).toBe('backend-1')
      expect(answer.text()).not.toMatch(/^:/m)
    },
  )
})
