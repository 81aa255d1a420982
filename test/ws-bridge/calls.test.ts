// Calls through the bridge, over real sockets and real HTTP.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNKED_STREAM, LAST_CHUNK, chunk, jsonResponse } from '../conformance/responses.ts'
import type { Exchange, Script } from '../conformance/scripted-upstream.ts'
import { eventually } from '../support/apps/running-app.ts'
import { startBridge } from '../support/apps/running-bridge.ts'

const respondWell: Script = async ({ write }) =>
  void (await write(jsonResponse('{"text":"Grüße 🚀"}', 'X-LB-Endpoint: vllm-a\r\nSet-Cookie: a=b\r\n')))

const streamOf =
  (...parts: (string | Buffer)[]): Script =>
  async ({ write }) => {
    await write(CHUNKED_STREAM)
    for (const part of parts) await write(chunk(part))
    await write(LAST_CHUNK)
  }

const silence: Script = () => undefined

/** Names in lower case. */
const headersOf = ({ request }: Exchange): Record<string, string> =>
  Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]))

describe('a call', () => {
  it('that requests a whole response gets status, headers, body and times', async () => {
    const { connect, target, upstream } = await startBridge({ script: respondWell })
    const page = await connect()
    page.send({
      id: 'a',
      url: `${target}/v1/x?y=1`,
      method: 'post',
      headers: {},
      body: { model: 'm' },
      stream: false,
    })
    const response = await page.next('a', 'response')
    expect(response).toMatchObject({ status: 200, body: '{"text":"Grüße 🚀"}' })
    expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'x-lb-endpoint': 'vllm-a' })
    expect(response.headers).not.toHaveProperty('set-cookie')
    const { received_ms, sent_ms, first_byte_ms, end_ms } = response
    const order = [received_ms, sent_ms, first_byte_ms, end_ms]
    expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)))
    expect(order).not.toContain(null)
    const { request } = await upstream.exchange(0)
    expect([request.startLine, request.body.toString()]).toEqual(['POST /v1/x?y=1 HTTP/1.1', '{"model":"m"}'])
    expect(headersOf(await upstream.exchange(0))).toMatchObject({ 'content-type': 'application/json' })
    expect(page.eventsOf('a')).toHaveLength(1)
  })

  it('that requests a stream gets its start, each chunk on arrival, and its end', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { connect, target } = await startBridge({
      script: async ({ write }) => {
        await write(CHUNKED_STREAM)
        await write(chunk('data: 1\n\n'))
        await held
        await write(chunk('data: 2\n\n'))
        await write(LAST_CHUNK)
      },
    })
    const page = await connect()
    page.send({ id: 7, url: `${target}/v1/chat/completions`, method: 'POST', body: '{}', stream: true })
    const start = await page.next(7, 'stream_start')
    const first = await page.next(7, 'stream_chunk')
    expect(start).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    })
    expect(first.data).toBe('data: 1\n\n')
    expect(page.eventsOf(7).some(({ type }) => type === 'stream_end')).toBe(false)
    release()
    const end = await page.next(7, 'stream_end')
    expect(page.textOf(7)).toBe('data: 1\n\ndata: 2\n\n')
    expect(start.at_ms).toBe(end.first_byte_ms)
    expect(start.sent_ms).toBe(end.sent_ms)
    expect(first.at_ms).toBeGreaterThanOrEqual(start.at_ms)
    expect(end.end_ms).toBeGreaterThanOrEqual(first.at_ms)
  })

  it('sends a text body as it is, and its headers but those of a connection, of a browser and of a proxy', async () => {
    const { connect, target, upstream } = await startBridge({ script: respondWell })
    const page = await connect()
    const headers = {
      Authorization: 'Bearer key',
      'X-Request-ID': 'mine-1',
      'X-Custom': 'Grüße',
      Connection: 'x-hop',
      'X-Hop': '1',
      'Transfer-Encoding': 'chunked',
      'Content-Length': '1',
      Host: 'elsewhere',
      Cookie: 'a=b',
      Origin: 'http://evil.test',
      'X-Forwarded-For': '1.2.3.4',
      'Accept-Encoding': 'gzip',
      Upgrade: 'h2c',
      Expect: '100-continue',
      TE: 'trailers',
      'Proxy-Authorization': 'Basic x',
      'Sec-Fetch-Site': 'none',
    }
    page.send({ id: 1, url: `${target}/v1/x`, method: 'PUT', headers, body: 'not JSON, Grüße' })
    await page.next(1, 'response')
    const exchange = await upstream.exchange(0)
    expect(exchange.request.body.toString()).toBe('not JSON, Grüße')
    const sent = headersOf(exchange)
    expect(sent).toMatchObject({
      authorization: 'Bearer key',
      'x-request-id': 'mine-1',
      host: target.slice('http://'.length),
      'accept-encoding': 'identity',
      'content-length': String(Buffer.byteLength('not JSON, Grüße')),
    })
    expect(Object.keys(sent).sort()).toEqual(
      [
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'host',
        'x-custom',
        'x-request-id',
      ].sort(),
    )
    expect(sent['connection']).toBe('keep-alive')
  })

  it('follows no redirect', async () => {
    const { connect, target, upstream } = await startBridge({
      script: async ({ write }) =>
        void (await write(
          'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n',
        )),
    })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    expect(await page.next(1, 'response')).toMatchObject({
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
    })
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('to a legacy path on the balancer gains /v1, to other paths does not', async () => {
    const { connect, target, upstream } = await startBridge({ script: respondWell })
    const page = await connect()
    for (const [id, path] of ['/chat/completions?a=1', '/models', '/models/x', '/v1/models'].entries()) {
      page.send({ id, url: target + path })
      await page.next(id, 'response')
    }
    const paths = upstream.exchanges.map(({ request }) => request.startLine.split(' ')[1])
    expect(paths).toEqual(['/v1/chat/completions?a=1', '/v1/models', '/models/x', '/v1/models'])
  })
})

describe('text', () => {
  it('is the same however its bytes were split', async () => {
    let parts: Buffer[] = []
    const { connect, target } = await startBridge({ script: (exchange) => streamOf(...parts)(exchange) })
    const page = await connect()
    let id = 0
    await fc.assert(
      fc.asyncProperty(
        // Without the character that stands for a broken one, which is looked for below.
        fc
          .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
          .filter((text) => text.isWellFormed() && !text.includes('\ufffd')),
        fc.array(fc.nat(300), { maxLength: 12 }),
        async (text, cuts) => {
          const bytes = Buffer.from(text)
          const places = [
            0,
            ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ]
          parts = places
            .slice(1)
            .map((end, index) => bytes.subarray(places[index], end))
            .filter((part) => part.length > 0)
          page.send({ id: (id += 1), url: `${target}/v1/x`, stream: true })
          await page.next(id, 'stream_end')
          expect(page.textOf(id)).toBe(bytes.toString())
          for (const event of page.eventsOf(id))
            if (event.type === 'stream_chunk') expect(event.data).not.toContain('\ufffd')
        },
      ),
      { numRuns: 60 },
    )
  })

  it('of an incomplete character ends in a replacement character', async () => {
    const { connect, target } = await startBridge({ script: streamOf('a', Buffer.from([0xf0, 0x9f])) })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x`, stream: true })
    await page.next(1, 'stream_end')
    expect(page.textOf(1)).toBe('a\ufffd')
  })
})

describe('a call that fails', () => {
  it('by its timeout gets an error, and its connection is cut', async () => {
    const { connect, target, upstream } = await startBridge({ script: silence })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x`, timeout_ms: 50 })
    const error = await page.next(1, 'error')
    expect(error).toMatchObject({ code: 'timeout', first_byte_ms: null })
    expect(error.end_ms - (error.sent_ms ?? NaN)).toBeGreaterThan(40)
    await (
      await upstream.exchange(0)
    ).closed
  })

  it('by the timeout of the bridge gets an error in the middle of a stream as well', async () => {
    const { connect, target, upstream } = await startBridge({
      environment: { WS_REQUEST_TIMEOUT_SECONDS: '0.2' },
      script: async ({ write }) => void (await write(CHUNKED_STREAM + chunk('data: 1\n\n').toString())),
    })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x`, stream: true, timeout_ms: 60_000 })
    expect(await page.next(1, 'error')).toMatchObject({
      code: 'timeout',
      first_byte_ms: expect.any(Number) as number,
    })
    expect(page.textOf(1)).toBe('data: 1\n\n')
    await (
      await upstream.exchange(0)
    ).closed
  })

  it.each<[string, Script]>([
    ['breaks before its response', ({ reset }) => reset()],
    [
      'breaks in its response',
      async ({ write, reset }) => void (await write(CHUNKED_STREAM).then(() => reset())),
    ],
    [
      'ends before its response is complete',
      async ({ write, end }) => void (await write(CHUNKED_STREAM).then(() => end())),
    ],
    ['is not HTTP', async ({ write, end }) => void (await write('SSH-2.0\r\n\r\n').then(() => end()))],
    [
      'is encoded without request',
      async ({ write }) => void (await write(jsonResponse('{}', 'Content-Encoding: gzip\r\n'))),
    ],
  ])('because its connection %s gets `network`', async (_name, script) => {
    const { connect, target } = await startBridge({ script })
    const page = await connect()
    for (const stream of [false, true]) {
      const id = `stream ${stream}`
      page.send({ id, url: `${target}/v1/x`, stream })
      expect(await page.next(id, 'error')).toMatchObject({ code: 'network' })
    }
  })

  it('because the connection is refused or a name does not resolve gets `network`', async () => {
    const { connect, target, upstream } = await startBridge({
      environment: { WS_ALLOWED_TARGETS: 'nowhere.test:80' },
      tuning: { lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) },
    })
    const page = await connect()
    page.send({ id: 1, url: 'http://nowhere.test/' })
    expect(await page.next(1, 'error')).toMatchObject({
      code: 'network',
      error: 'the name of the target does not resolve',
      sent_ms: null,
    })
    const other = await startBridge()
    await other.upstream.close()
    const second = await other.connect()
    second.send({ id: 1, url: other.target })
    expect(await second.next(1, 'error')).toMatchObject({ code: 'network' })
    expect([target, upstream.exchanges.length]).toEqual([target, 0])
  })

  it('because its whole response is too large gets an error and is cut', async () => {
    const { connect, target, upstream } = await startBridge({
      script: async ({ write }) => {
        const block = chunk(Buffer.alloc(1024 * 1024, 'x'))
        for (let going = await write(CHUNKED_STREAM); going;) going = await write(block)
      },
    })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    expect(await page.next(1, 'error')).toMatchObject({ code: 'too_large' })
    await (
      await upstream.exchange(0)
    ).closed
  })

  it('because it was cancelled gets an error, and its connection is cut', async () => {
    const { connect, target, upstream, bridge } = await startBridge({
      script: async ({ write }) => void (await write(CHUNKED_STREAM)),
    })
    const page = await connect()
    page.send({ id: 'x', url: `${target}/v1/x`, stream: true })
    await page.next('x', 'stream_start')
    page.send({ type: 'cancel', id: 'x' })
    page.send({ type: 'cancel', id: 'x' })
    page.send({ type: 'cancel', id: 'unknown' })
    expect(await page.next('x', 'error')).toMatchObject({
      code: 'cancelled',
      first_byte_ms: expect.any(Number) as number,
    })
    await (
      await upstream.exchange(0)
    ).closed
    expect(bridge.figures()).toMatchObject({ runningCalls: 0, waitingCalls: 0, calls: 1 })
    expect(page.events.filter(({ type }) => type === 'error')).toHaveLength(1)
  })
})

describe('a message', () => {
  it.each([
    ['is no JSON', '{', null, 'bad_message'],
    ['is no object', '[]', null, 'bad_message'],
    ['has no id', '{"url":"http://a"}', null, 'bad_message'],
    ['has an id that is none', '{"id":{},"url":"http://a"}', null, 'bad_message'],
    ['is of an unknown type', '{"id":1,"type":"subscribe"}', null, 'bad_message'],
    ['has no URL', '{"id":1}', 1, 'bad_request'],
    ['has an unknown method', '{"id":1,"url":"http://a","method":"BREW"}', 1, 'bad_request'],
    ['has a header that is none', '{"id":1,"url":"http://a","headers":{"a b":"c"}}', 1, 'bad_request'],
    ['smuggles a line', '{"id":1,"url":"http://a","headers":{"a":"c\\r\\nd: e"}}', 1, 'bad_request'],
    ['has a relative URL', '{"id":1,"url":"/v1/models"}', 1, 'bad_request'],
    ['has a URL of a file', '{"id":1,"url":"file:///etc/passwd"}', 1, 'bad_request'],
    ['has a URL with a password', '{"id":1,"url":"http://u:secret@a/"}', 1, 'bad_request'],
  ])('that %s gets an error, and the socket stays open', async (_name, text, id, code) => {
    const { connect, target, upstream, logText } = await startBridge({ script: respondWell })
    const page = await connect()
    page.send(text)
    const error = await page.next(id, 'error')
    expect(error.code).toBe(code)
    expect(error.error + logText()).not.toContain('secret')
    page.send({ id: 'after', url: `${target}/v1/x` })
    await page.next('after', 'response')
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('in binary gets an error', async () => {
    const { connect } = await startBridge()
    const page = await connect()
    page.socket.send(Buffer.from('{"id":1,"url":"http://a"}'))
    expect(await page.next(null, 'error')).toMatchObject({ code: 'bad_message' })
  })

  it('with the id of an open call does not affect that call', async () => {
    const { connect, target, upstream } = await startBridge({ script: silence })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    const first = await upstream.exchange(0)
    page.send({ id: 1, url: `${target}/v1/x` })
    expect(await page.next(null, 'error')).toMatchObject({ code: 'bad_request' })
    await respondWell(first)
    await page.next(1, 'response')
    upstream.follow(respondWell)
    page.send({ id: 1, url: `${target}/v1/x` })
    await eventually(() => expect(page.eventsOf(1)).toHaveLength(2))
  })

  it('of ten MiB is accepted, and a larger one closes the socket', async () => {
    const { connect, target, upstream } = await startBridge({ script: respondWell })
    const page = await connect()
    const frame = JSON.stringify({ id: 1, url: `${target}/v1/x`, method: 'POST', body: '' }).length
    const body = 'x'.repeat(10 * 1024 * 1024 - frame)
    page.send({ id: 1, url: `${target}/v1/x`, method: 'POST', body })
    await page.next(1, 'response')
    expect((await upstream.exchange(0)).request.body.length).toBe(body.length)
    page.send({ id: 1, url: `${target}/v1/x`, method: 'POST', body: `${body}x` })
    expect((await page.closed)[0]).toBe(1009)
  })
})
