import { describe, expect, it } from 'vitest'
import { eventData } from '../../support/clients/http-client.ts'
import { chatOf, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const ASK = '"stream_options":{"include_usage":true}'

/** The bytes and the length with which the last request reached the backend. */
function arrived({ backend }: RunningApp) {
  const { body, rawHeaders } = backend.served().last.at(-1) ?? { body: Buffer.alloc(0), rawHeaders: [] }
  const at = rawHeaders.findIndex((name) => name.toLowerCase() === 'content-length')
  return { text: body.toString(), length: body.length, contentLength: Number(rawHeaders[at + 1]) }
}

const messages = '"messages":[{"role":"user","content":"caf\\u00e9 \\ud83d\\ude80 東京 \\/"}]'
const odd = `"seed":12345678901234567890123, "top_p" : 1.0e0,\t"logit_bias":{"50256":-1E2,"1":0.10},\r\n"user":"\\u0061"`

describe('the body of a request', () => {
  it.each([
    ['with big integers, escapes and white space', `{ ${messages} , ${odd} }`],
    ['that ends in white space', `  {${messages}}\n\n  `],
    ['with its stream off', `{"stream":false,${messages},${odd}}`],
    ['with a key twice that the balancer does not read', `{${messages},"user":"a","user":"b"}`],
    ['with nested keys named like its own', `{${messages},"metadata":{"stream":true,"model":1,"stream":2}}`],
    ['with stream options of null', `{${messages},"stream_options":null}`],
  ])('arrives byte for byte: one %s', async (_name, body) => {
    const app = await startApp()
    const answer = await app.post(CHAT, body)
    expect(answer.status).toBe(200)
    expect(arrived(app)).toEqual({
      text: body,
      length: Buffer.byteLength(body),
      contentLength: Buffer.byteLength(body),
    })
  })

  it.each([
    [
      'with none',
      `{ ${messages}, "stream": true , ${odd} }`,
      `{${ASK}, ${messages}, "stream": true , ${odd} }`,
    ],
    [
      'of null',
      `{"stream":true,"stream_options": null ,${messages}}`,
      `{"stream":true,"stream_options": {"include_usage":true} ,${messages}}`,
    ],
    [
      'that are empty',
      `{"stream":true,"stream_options":{ },${messages}}`,
      `{"stream":true,"stream_options":{"include_usage":true },${messages}}`,
    ],
    [
      'of another kind',
      `{"stream":true,"stream_options":{ "continuous_usage_stats":false},${messages}}`,
      `{"stream":true,"stream_options":{"include_usage":true, "continuous_usage_stats":false},${messages}}`,
    ],
    [
      'that refuse usage',
      `{"stream":true,"stream_options":{"include_usage": false, "x":1},${messages}}`,
      `{"stream":true,"stream_options":{"include_usage": true, "x":1},${messages}}`,
    ],
    [
      'of null usage, escaped',
      `{"stream":true,"stream_op\\u0074ions":{"include_us\\u0061ge":null},${messages}}`,
      `{"stream":true,"stream_op\\u0074ions":{"include_us\\u0061ge":true},${messages}}`,
    ],
  ])(
    'requests usage for a stream with stream options %s, and the client gets none',
    async (_name, body, expected) => {
      const app = await startApp({ backends: [{ minTokens: 6, maxTokens: 6 }] })
      const answer = await app.post(CHAT, body)
      expect(answer.status).toBe(200)
      expect(arrived(app).text).toBe(expected)
      expect(arrived(app).contentLength).toBe(Buffer.byteLength(expected))
      expect(eventData(answer.text)).toHaveLength(8)
      expect(answer.text).not.toContain('"usage"')
      expect(answer.text).toMatch(/data: \[DONE\]\n\n$/)
      expect((await app.admin.state()).endpoints[0]).toMatchObject({ completion_tokens_total: 6 })
    },
  )

  it('is not changed where the client requests usage itself, and the client gets the usage', async () => {
    const app = await startApp({ backends: [{ minTokens: 6, maxTokens: 6 }] })
    const body = `{"stream_options":{ "include_usage" : true },${messages},"stream":true}`
    const answer = await app.post(CHAT, body)
    expect(arrived(app).text).toBe(body)
    expect(eventData(answer.text).at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 6 } })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ completion_tokens_total: 6 })
  })

  it('is not changed where the endpoint refuses stream options: tokens are counted as deltas', async () => {
    const app = await startApp({
      backends: [{ minTokens: 6, maxTokens: 6 }],
      endpoints: { request_stream_usage: false },
    })
    const body = `{${messages},"stream":true}`
    const answer = await app.post(CHAT, body)
    expect(arrived(app).text).toBe(body)
    expect(eventData(answer.text)).toHaveLength(8)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      completion_tokens_total: 0,
    })
    expect((await app.requestLines())[0]).not.toHaveProperty('completion_tokens')
  })

  it('is not changed for embeddings and responses, streamed or not', async () => {
    const app = await startApp()
    for (const [path, body] of [
      ['/v1/embeddings', '{"input" : "a", "dimensions":8}'],
      ['/v1/responses', '{"input" : "a" }'],
      ['/v1/responses', '{"input" : "a", "stream" : true }'],
    ] as const) {
      expect((await app.post(path, body)).status).toBe(200)
      expect(arrived(app).text).toBe(body)
    }
    expect((await app.post('/v1/completions', '{"prompt":"a","stream":true}')).status).toBe(200)
    expect(arrived(app).text).toBe(`{${ASK},"prompt":"a","stream":true}`)
  })

  it("carries the token's priority unless it has one", async () => {
    const app = await startApp()
    const { token } = await app.admin.token('urgent', { request_priority: 7 })
    const plain = await app.admin.token('plain')
    const ask = async (body: string, bearer = token): Promise<string> => {
      const answer = await app.post(CHAT, body, { authorization: `Bearer ${bearer}` })
      expect(answer.status).toBe(200)
      expect(arrived(app).contentLength).toBe(arrived(app).length)
      return arrived(app).text
    }
    expect(await ask(`{${messages}}`)).toBe(`{"priority":7,${messages}}`)
    expect(await ask(`{${messages},"priority": -3}`)).toBe(`{${messages},"priority": -3}`)
    expect(await ask(`{${messages},"priority":0}`)).toBe(`{${messages},"priority":0}`)
    expect(await ask(`{${messages},"priority": null }`)).toBe(`{${messages},"priority": 7 }`)
    expect(await ask(`{${messages},"stream":true}`)).toBe(`{${ASK},"priority":7,${messages},"stream":true}`)
    expect(await ask(`{${messages}}`, plain.token)).toBe(`{${messages}}`)
  })

  it('may be as small as {}', async () => {
    const app = await startApp()
    const answer = await app.post(CHAT, '{}')
    expect(answer.status).toBe(400)
    expect(answer.headers['x-lb-endpoint']).toBe('backend-1')
    expect(arrived(app).text).toBe('{}')
    const state = await app.admin.state()
    expect(state.endpoints[0]).toMatchObject({ total_success: 1, total_failures: 0, consecutive_failures: 0 })
  })

  it('is sent to the path under the base URL, with the query', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: `${app.backend.baseUrl}/` })
    expect((await app.post(`${CHAT}?api-version=1`, chatOf())).status).toBe(200)
    expect(app.backend.served().last.at(-1)?.url).toBe(`${CHAT}?api-version=1`)
    await app.admin.patchEndpoint(app.endpoint.id, {
      base_url: app.backend.baseUrl.replace('/v1', '/prefix/v9'),
    })
    expect((await app.post(CHAT, chatOf())).status).toBe(404)
    expect(app.backend.served().last.at(-1)?.url).toBe('/prefix/v9/chat/completions')
  })
})
