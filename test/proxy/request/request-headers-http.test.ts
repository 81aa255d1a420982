import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { sendBytes, rawPost } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { chatOf, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const BODY = JSON.stringify(chatOf())

/** The headers with which the last request reached the backend. */
function arrivedHeaders({ backend }: RunningApp): Record<string, string> {
  const raw = backend.served().last.at(-1)?.rawHeaders ?? []
  return Object.fromEntries(
    raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [])),
  )
}

const hostile: readonly (readonly [string, readonly string[]])[] = [
  ['Expect: 100-continue', ['Expect: 100-continue']],
  ['an Expect of something else', ['Expect: a-miracle']],
  ['Keep-Alive', ['Connection: keep-alive', 'Keep-Alive: timeout=1, max=1']],
  ['Upgrade', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
  ['Upgrade to HTTP/2', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']],
  ['TE', ['TE: trailers, deflate;q=0.5', 'Connection: TE']],
  ['a Connection list', ['Connection: close, X-One, x-two, content-type', 'X-One: 1', 'X-Two: 2']],
  ['Proxy-Connection', ['Proxy-Connection: keep-alive', 'Proxy-Authorization: Basic eDp5']],
  ['Trailer', ['Trailer: X-After']],
  ['a Via and a Max-Forwards', ['Via: 1.1 somewhere', 'Max-Forwards: 3', 'Forwarded: for=10.0.0.1']],
]

const neverUp = [
  'expect',
  'keep-alive',
  'upgrade',
  'te',
  'transfer-encoding',
  'trailer',
  'proxy-connection',
  'proxy-authorization',
  'sec-websocket-key',
  'http2-settings',
  'x-one',
  'x-two',
  'via',
  'max-forwards',
  'forwarded',
]

/** An upstream that keeps the headers it was sent. */
async function startListeningUpstream() {
  const heads: IncomingHttpHeaders[] = []
  const upstream = await startUpstream((request, response) => {
    heads.push(request.headers)
    response.setHeader('content-type', 'application/json')
    response.end('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}')
  })
  return { ...upstream, heads }
}

describe('headers of a request', () => {
  it('are not sent upstream where they are hostile, and the connection can be used again', async () => {
    const app = await startApp()
    const upstream = await startListeningUpstream()
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl, max_concurrent: 1 })
    for (const [name, lines] of hostile) {
      const closing = lines.some((line) => /^connection: close/i.test(line))
        ? lines
        : [...lines, 'Connection: close']
      const answer = await sendBytes(app.port, rawPost('/v1/chat/completions', closing, BODY))
      // The interim response to Expect comes before the final one.
      const status = answer.status === 100 ? Number(answer.body.split(' ')[1]) : answer.status
      expect([name, status]).toEqual([name, 200])
      expect([name, Object.keys(upstream.heads.at(-1) ?? {}).filter((key) => neverUp.includes(key))]).toEqual(
        [name, []],
      )
      const good = await app.post('/v1/chat/completions', BODY)
      expect([name, good.status]).toEqual([name, 200])
    }
    expect(upstream.heads).toHaveLength(2 * hostile.length)
    expect(upstream.sockets.size).toBe(1)
  })

  it('of a chunked body are replaced by a content-length', async () => {
    const app = await startApp()
    const half = BODY.length >> 1
    const chunks = [BODY.slice(0, half), BODY.slice(half)]
      .map((part) => `${part.length.toString(16)};ext=1\r\n${part}\r\n`)
      .join('')
    const answer = await sendBytes(
      app.port,
      rawPost(
        '/v1/chat/completions',
        ['Transfer-Encoding: chunked', 'Connection: close'],
        `${chunks}0\r\nX-After: 1\r\n\r\n`,
      ),
    )
    expect(answer.status).toBe(200)
    const headers = arrivedHeaders(app)
    expect(headers['content-length']).toBe(String(Buffer.byteLength(BODY)))
    expect(headers).not.toHaveProperty('transfer-encoding')
    expect(headers).not.toHaveProperty('x-after')
    expect(app.backend.served().last.at(-1)?.body.toString()).toBe(BODY)
  })

  it.each([
    ['both lengths', ['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
    ['chunked twice', ['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'],
    ['chunked not last', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['a chunk size that is none', ['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'],
    ['two content-lengths', ['Content-Length: 5', 'Content-Length: 6'], '{"a":1}'],
    ['a negative content-length', ['Content-Length: -1'], ''],
  ])('with %s are refused, and nothing goes upstream', async (_name, lines, body) => {
    const app = await startApp()
    const answer = await sendBytes(app.port, rawPost('/v1/chat/completions', lines, body))
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } })
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(app.arrived()).toBe(0)
    expect((await app.post('/v1/chat/completions', BODY)).status).toBe(200)
  })

  it('are sent upstream by an allow-list, without those between client and balancer', async () => {
    const app = await startApp({
      backends: [{ apiKey: 'upstream-key' }],
      endpoints: { api_key: 'upstream-key' },
      environment: {
        LB_FORWARD_HEADERS: 'X-Custom',
        LB_CORS_ORIGINS: 'http://somewhere.test',
      },
    })
    const kept = {
      authorization: 'Bearer client-secret',
      cookie: 'session=secret',
      'x-admin-token': 'secret',
      'x-lb-anything': '1',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil.test',
      'x-real-ip': '10.0.0.1',
      'x-api-key': 'secret',
      'api-key': 'secret',
      'x-goog-api-key': 'secret',
      'x-vault-token': 'secret',
      referer: 'http://somewhere.test/',
      origin: 'http://somewhere.test',
      'accept-encoding': 'gzip, br',
      'accept-language': 'de',
      'if-none-match': '"x"',
      range: 'bytes=0-1',
    }
    const passed = {
      'x-request-id': 'mine-1',
      'x-custom': 'custom',
      'x-stainless-lang': 'js',
      'openai-organization': 'org-1',
      'anthropic-version': '2023-06-01',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=1',
      'user-agent': 'a client',
      accept: 'application/json',
      'content-type': 'application/json; charset=utf-8',
    }
    const answer = await app.post('/v1/chat/completions', BODY, { ...kept, ...passed })
    expect(answer.status).toBe(200)
    const headers = arrivedHeaders(app)
    expect(headers).toMatchObject({
      ...passed,
      authorization: 'Bearer upstream-key',
      'accept-encoding': 'identity',
      host: new URL(app.backend.baseUrl).host,
    })
    const allowed = [
      ...Object.keys(passed),
      'authorization',
      'accept-encoding',
      'host',
      'connection',
      'content-length',
      'x-lb-via',
    ]
    expect(Object.keys(headers).filter((name) => !allowed.includes(name))).toEqual([])
    expect(JSON.stringify(headers)).not.toContain('secret')
  })

  it('of HTTP/1.0 get a response that such a client can read', async () => {
    const app = await startApp()
    for (const stream of [false, true]) {
      const body = JSON.stringify(chatOf({ stream }))
      const answer = await sendBytes(
        app.port,
        `POST /v1/chat/completions HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      expect(answer.status).toBe(200)
      expect(answer.headers.has('transfer-encoding')).toBe(false)
      if (stream) expect(answer.body).toMatch(/^data: \{[^]*data: \[DONE\]\n\n$/)
      else expect(JSON.parse(answer.body)).toHaveProperty('usage')
    }
  })

  it('with another content type, or none, have their body read as JSON', async () => {
    const app = await startApp()
    const bare = await app.send('/v1/chat/completions', { method: 'POST', body: BODY })
    expect(bare.status).toBe(200)
    expect(arrivedHeaders(app)['content-type']).toBe('application/json')
    const text = await app.post('/v1/chat/completions', BODY, { 'content-type': 'text/plain' })
    expect(text.status).toBe(200)
  })
})

describe('headers of a response', () => {
  it('are sent to the client by an allow-list', async () => {
    const app = await startApp({
      environment: { LB_CORS_ORIGINS: 'http://page.example' },
      backends: [
        {
          headers: {
            'set-cookie': 'a=1',
            'access-control-allow-origin': 'http://evil.test',
            'x-ratelimit-remaining-tokens': '77',
            'openai-processing-ms': '12',
            'x-request-id': 'upstream-1',
            'cache-control': 'no-store',
            'x-powered-by': 'someone',
            'x-lb-endpoint': 'liar',
            'x-frame-options': 'ALLOWALL',
            'strict-transport-security': 'max-age=1',
            location: 'http://evil.test',
            'retry-after': '9',
          },
        },
      ],
    })
    for (const stream of [false, true]) {
      const { headers, status } = await app.post('/v1/chat/completions', chatOf({ stream }), {
        'x-request-id': 'mine-2',
        origin: 'http://page.example',
      })
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'x-ratelimit-remaining-tokens': '77',
        'openai-processing-ms': '12',
        'x-upstream-request-id': 'upstream-1',
        'x-request-id': 'mine-2',
        'cache-control': 'no-store',
        'retry-after': '9',
        'x-lb-endpoint': 'backend-1',
        'x-frame-options': 'DENY',
        'access-control-allow-origin': 'http://page.example',
      })
      for (const name of ['set-cookie', 'x-powered-by', 'server', 'strict-transport-security', 'location']) {
        expect(headers).not.toHaveProperty(name)
      }
    }
  })
})
