import { describe, expect, it } from 'vitest'
import {
  connectRaw,
  sendBytes,
  open,
  parseResponse,
  rawPost,
  readResponse,
  responseOf,
  type HttpResponse,
  type ParsedResponse,
} from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp, VERSION, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const BODY = JSON.stringify(chatOf())

interface Refusal {
  readonly status: number
  readonly code: string
  readonly param?: string
}

/** The agreed shape: problem details and OpenAI's error in one body, and the headers that every response carries. */
async function expectRefusal(
  app: RunningApp,
  response: HttpResponse | ParsedResponse,
  refusal: Refusal,
): Promise<void> {
  const isRaw = 'body' in response
  const header = (name: string): unknown => (isRaw ? response.headers.get(name) : response.headers[name])
  const body: unknown = JSON.parse(isRaw ? response.body : response.text)
  const { status, code } = refusal
  expect({ status: response.status, body }).toMatchObject({
    status,
    body: {
      type: `urn:llm-load-balancer:error:${code}`,
      title: expect.any(String) as string,
      status,
      detail: expect.any(String) as string,
      request_id: header('x-request-id') as string,
      error: {
        message: (body as { detail: string }).detail,
        type: expect.stringMatching(/_error$/) as string,
        param: refusal.param ?? null,
        code,
      },
    },
  })
  expect(header('content-type')).toMatch(/^application\/json\b/)
  expect(header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(header('x-content-type-options')).toBe('nosniff')
  expect(header('x-frame-options')).toBe('DENY')
  expect(header('referrer-policy')).toBe('strict-origin-when-cross-origin')
  expect(header('x-lb-version')).toBe(VERSION)
  expect(app.arrived()).toBe(0)
  expect((await app.admin.state()).stats.total_inflight).toBe(0)
}

describe('a body that is refused', () => {
  it.each<[string, string | Buffer, Refusal]>([
    ['broken JSON', '{"model": ', { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    ['no JSON at all', 'hello', { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    ['nothing', '', { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    ['something after it', `${BODY}x`, { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    ['NaN', '{"max_tokens":NaN}', { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    ['an array', `[${BODY}]`, { status: 400, code: 'LB_ERR_INVALID_BODY' }],
    ['null', 'null', { status: 400, code: 'LB_ERR_INVALID_BODY' }],
    ['a number', '17', { status: 400, code: 'LB_ERR_INVALID_BODY' }],
    ['a byte order mark', `\ufeff${BODY}`, { status: 400, code: 'LB_ERR_INVALID_BODY' }],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"a":"\xff"}', 'latin1'),
      { status: 400, code: 'LB_ERR_INVALID_BODY' },
    ],
    ['UTF-16', Buffer.from(BODY, 'utf16le'), { status: 400, code: 'LB_ERR_INVALID_JSON' }],
    [
      'a key twice',
      '{"stream":true,"stream":false}',
      { status: 400, code: 'LB_ERR_DUPLICATE_KEY', param: 'stream' },
    ],
    [
      'a key twice, once escaped',
      '{"model":"a","m\\u006fdel":"b"}',
      { status: 400, code: 'LB_ERR_DUPLICATE_KEY', param: 'model' },
    ],
    ['a model that is a number', '{"model":1}', { status: 400, code: 'LB_ERR_BAD_REQUEST', param: 'model' }],
    [
      'a stream that is a string',
      '{"stream":"true"}',
      { status: 400, code: 'LB_ERR_BAD_REQUEST', param: 'stream' },
    ],
    [
      'stream options that are a list',
      '{"stream_options":[]}',
      { status: 400, code: 'LB_ERR_BAD_REQUEST', param: 'stream_options' },
    ],
  ])('for %s is told so, and nothing goes upstream', async (_name, body, refusal) => {
    const app = await startApp()
    await expectRefusal(app, await app.post(CHAT, body), refusal)
    expect((await app.post(CHAT, BODY)).status).toBe(200)
  })

  it('for its depth is told the limit, and one within it goes upstream', async () => {
    const app = await startApp()
    const deep = (levels: number) =>
      `{"model":"sim-model","messages":[{"role":"user","content":"x"}],"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`
    const refused = await app.post(CHAT, deep(50_000))
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('512 levels')
    expect((await app.post(CHAT, deep(500))).status).toBe(200)
    expect(app.arrived()).toBe(1)
  })

  it('for its size gets a 413, with or without a declared length, and before the rest arrives', async () => {
    const app = await startApp({ environment: { LB_MAX_REQUEST_BODY_BYTES: '1000' } })
    const refusal = { status: 413, code: 'LB_ERR_BODY_TOO_LARGE' }
    const large = JSON.stringify(chatOf({ user: 'x'.repeat(1000) }))
    await expectRefusal(app, await app.post(CHAT, large), refusal)
    await expectRefusal(app, await app.post(CHAT, large, { 'transfer-encoding': 'chunked' }), refusal)
    const endless = open(app.url + CHAT, {
      method: 'POST',
      headers: { 'content-length': '5000000' },
      body: large,
    })
    await expectRefusal(app, await readResponse(await responseOf(endless)), refusal)
    const fits = JSON.stringify(
      chatOf({ user: 'x'.repeat(1000 - JSON.stringify(chatOf({ user: '' })).length) }),
    )
    expect(Buffer.byteLength(fits)).toBe(1000)
    expect((await app.post(CHAT, fits)).status).toBe(200)
  })

  it('may have many megabytes where the limit allows it', async () => {
    const app = await startApp()
    const response = await app.post(CHAT, chatOf({ user: 'x'.repeat(9_000_000) }))
    expect(response.status).toBe(200)
  })

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity'])(
    'for its encoding %s is told so',
    async (coding) => {
      const app = await startApp()
      const response = await app.post(CHAT, BODY, { 'content-encoding': coding })
      await expectRefusal(app, response, { status: 415, code: 'LB_ERR_UNSUPPORTED_ENCODING' })
      expect((await app.post(CHAT, BODY, { 'content-encoding': 'identity' })).status).toBe(200)
    },
  )
})

describe('a credential that is refused', () => {
  it.each(['', 'Bearer', 'Bearer wrong', 'Basic dXNlcjpwYXNz', 'Bearer a b', `Bearer ${'x'.repeat(8000)}`])(
    'such as %j is told so before the body is read',
    async (authorization) => {
      const app = await startApp({ environment: { LB_CLIENT_TOKENS: 'token-one,token-two' } })
      const headers: Record<string, string> = authorization === '' ? {} : { authorization }
      for (const path of [
        CHAT,
        '/chat/completions',
        '/v1/pool/chat/completions',
        '/v1/embeddings',
        '/v1/responses',
      ]) {
        const response = await app.post(path, 'not even JSON', headers)
        await expectRefusal(app, response, { status: 401, code: 'LB_ERR_UNAUTHORIZED' })
        expect(response.headers['www-authenticate']).toBe('Bearer')
      }
      const models = await app.send('/v1/models', { headers })
      await expectRefusal(app, models, { status: 401, code: 'LB_ERR_UNAUTHORIZED' })
      expect((await app.post(CHAT, BODY, { authorization: 'bearer token-two' })).status).toBe(200)
    },
  )

  it('stays refused when the last token has been revoked', async () => {
    const app = await startApp()
    const { id, token } = await app.admin.token('only one')
    await app.admin.call('DELETE', `/tokens/${id}`)
    for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
      await expectRefusal(app, await app.post(CHAT, BODY, headers), {
        status: 401,
        code: 'LB_ERR_UNAUTHORIZED',
      })
    }
  })
})

describe('a request that is refused', () => {
  it.each([
    ['GET', CHAT, 'POST'],
    ['PUT', CHAT, 'POST'],
    ['DELETE', '/v1/embeddings', 'POST'],
    ['PATCH', '/chat/completions', 'POST'],
    ['GET', '/v1/any-pool/chat/completions', 'POST'],
    ['POST', '/v1/models', 'GET'],
    ['POST', '/v1/models/some/model', 'GET'],
    ['POST', '/health', 'GET'],
  ])('for its method, %s %s, learns which one to use', async (method, path, allowed) => {
    const app = await startApp()
    const response = await app.send(path, { method, body: BODY })
    await expectRefusal(app, response, { status: 405, code: 'LB_ERR_METHOD_NOT_ALLOWED' })
    expect(response.headers.allow).toContain(allowed)
  })

  it.each([
    '/v1/chat',
    '/v1',
    '/v1/chat/completions/',
    '/v1/a/b/chat/completions',
    '/v1/%2e%2e/admin',
    '/x?y=%zz',
  ])('for its path %s gets a 404', async (path) => {
    const app = await startApp()
    await expectRefusal(app, await app.post(path, BODY), { status: 404, code: 'LB_ERR_NOT_FOUND' })
  })

  it.each(['/%zz', '/v1/%ff/chat/completions', '/v1/models/%c3%28'])(
    'for its malformed URL %s gets a 400',
    async (path) => {
      const app = await startApp()
      await expectRefusal(app, await app.post(path, BODY), { status: 400, code: 'LB_ERR_BAD_REQUEST' })
    },
  )

  it('for its many header fields gets a 431', async () => {
    const app = await startApp()
    const lines = Array.from({ length: 10_000 }, (_, at) => `X-H-${at}: ${at}`)
    const response = await sendBytes(app.port, rawPost(CHAT, lines, BODY))
    await expectRefusal(app, response, { status: 431, code: 'LB_ERR_HEADERS_TOO_LARGE' })
  })

  it.each([
    ['not HTTP', '\x16\x03\x01\x02 hello\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a space before the colon', rawPost(CHAT, ['X-Bad : 1'], BODY)],
    ['a control character in a value', rawPost(CHAT, ['X-Bad: a\x00b'], BODY)],
    ['no Host', `POST ${CHAT} HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`],
  ])('for being %s is told so', async (_name, bytes) => {
    const app = await startApp()
    await expectRefusal(app, await sendBytes(app.port, bytes), { status: 400, code: 'LB_ERR_BAD_REQUEST' })
  })

  it('for its method gets a 405', async () => {
    const app = await startApp()
    for (const method of ['TRACE', 'PROPFIND', 'LOCK']) {
      const response = await sendBytes(
        app.port,
        `${method} ${CHAT} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      )
      expect([method, response.status]).toEqual([method, 405])
      await expectRefusal(app, response, { status: 405, code: 'LB_ERR_METHOD_NOT_ALLOWED' })
    }
  })

  it('gets an id of our own in place of an absurd one, and keeps a sane one', async () => {
    const app = await startApp()
    for (const absurd of ['x'.repeat(129), 'a b', 'a"b', '<script>', 'a,b', 'ä']) {
      const response = await app.send('/v1/nowhere', { headers: { 'x-request-id': absurd } })
      await expectRefusal(app, response, { status: 404, code: 'LB_ERR_NOT_FOUND' })
    }
    const twice = await app.send('/v1/nowhere', { headers: { 'x-request-id': ['one', 'two'] } })
    expect(twice.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    const sane = await app.send('/v1/nowhere', { headers: { 'x-request-id': 'trace:7.a-b_C' } })
    expect(sane.headers['x-request-id']).toBe('trace:7.a-b_C')
    expect(sane.json()).toMatchObject({ request_id: 'trace:7.a-b_C' })
  })

  it('does not interrupt the response that its connection is still receiving', async () => {
    const app = await startApp({ backends: [{ minTokens: 50, maxTokens: 50, tokensPerSecond: 50 }] })
    const connection = await connectRaw(app.port)
    connection.write(rawPost(CHAT, [], JSON.stringify(chatOf({ stream: true }))))
    await eventually(() => expect(connection.text()).toContain('data: '))
    connection.write('this is not HTTP\r\n\r\n')
    await connection.closed
    const [first, second, ...others] = connection.text().split(/^(?=HTTP\/1\.1 )/m)
    expect(first).toMatch(/^HTTP\/1\.1 200 [^]*data: \[DONE\]/)
    expect(second).toMatch(/^HTTP\/1\.1 400 /)
    expect(others).toEqual([])
    await app.settled()
    expect(app.backend.served().total.aborted).toBe(0)
  })

  it('whose body breaks off is logged and never sent', async () => {
    const app = await startApp()
    const connection = await connectRaw(app.port)
    connection.write(rawPost(CHAT, ['Content-Length: 1000'], BODY))
    await eventually(async () => void (await app.admin.state()))
    connection.socket.destroy()
    await eventually(async () =>
      expect(await app.requestLines()).toMatchObject([{ status: 400, outcome: 'refused' }]),
    )
    expect(app.arrived()).toBe(0)
    expect(parseResponse(connection.text()).body).toBe('')
  })
})
