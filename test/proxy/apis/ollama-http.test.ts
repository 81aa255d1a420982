// Ollama's own calls over HTTP: what a backend sends, line by line, and errors as texts wherever they come from.
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const CHAT = '/api/chat'
const LINES = { 'content-type': 'application/x-ndjson' }
const request = (fields: object = {}) => ({
  model: 'llama3:8b',
  messages: [{ role: 'user', content: 'Hello there' }],
  ...fields,
})
const line = (members: object): string => `${JSON.stringify({ model: 'llama3:8b', ...members })}\n`
const word = line({ message: { role: 'assistant', content: 'hi' }, done: false })
const last = line({ message: { content: '' }, done: true, prompt_eval_count: 11, eval_count: 2 })

/** An app whose only endpoint responds as given, at its root. */
async function startWith(respond: (response: ServerResponse) => void): Promise<RunningApp> {
  const { baseUrl } = await startUpstream((_request, response) => respond(response))
  const app = await startApp()
  await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
  return app
}

describe("a call of Ollama's API", () => {
  it('passes its lines on as they are, and is counted by the last', async () => {
    const app = await startWith((response) => response.writeHead(200, LINES).end(word + word + last))
    const response = await app.post(CHAT, request())
    expect(response.text).toBe(word + word + last)
    expect(response.headers).toMatchObject({ ...LINES, 'x-lb-endpoint': 'backend-1' })
    await app.settled()
    expect(await app.requestLines()).toMatchObject([
      { outcome: 'success', stream: true, prompt_tokens: 11, completion_tokens: 2 },
    ])
  })

  it.each([
    ['between two lines', word, (text: string) => expect(text).toMatch(/^\{.*\}\n\{"error":"[^"\n]+"\}\n$/)],
    ['inside a line', word.slice(0, 30), (text: string) => expect(text).toBe(word.slice(0, 30))],
  ])('whose stream breaks off %s ends with an error or is cut', async (_place, sent, check) => {
    const app = await startWith((response) => {
      response.writeHead(200, LINES).write(sent, () => response.destroy())
    })
    const response = await fetch(app.url + CHAT, { method: 'POST', body: JSON.stringify(request()) })
    let text = ''
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        text += Buffer.from(chunk).toString()
    } catch {
      // The connection is cut inside a line.
    }
    check(text)
    await app.settled()
    expect(await app.requestLines()).toMatchObject([
      { outcome: 'failure', error_code: 'LB_ERR_UPSTREAM_UNREACHABLE' },
    ])
  })

  it('without a last line has failed, though its connection ended well', async () => {
    const app = await startWith((response) => response.writeHead(200, LINES).end(word))
    const { text } = await app.post(CHAT, request())
    expect(text.startsWith(word)).toBe(true)
    expect(JSON.parse(text.slice(word.length))).toEqual({
      error: expect.stringMatching(/broke off/) as string,
    })
  })

  it('goes to another endpoint where its first line is an error', async () => {
    const { baseUrl } = await startUpstream((_request, response) => {
      response.writeHead(200, LINES).end('{"error":"model runner has stopped"}\n')
    })
    const app = await startApp({ backends: [{}, { kind: 'ollama', models: ['llama3:8b'] }] })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const attempts: unknown[] = []
    for (let count = 0; count < 4; count += 1) {
      const { status, headers, text } = await app.post(CHAT, request())
      expect([status, headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      expect(text).toContain('"done":true')
      attempts.push(headers['x-lb-attempts'])
    }
    expect(attempts).toContain('2')
  })

  it('is kept alive by nothing, since its clients read no comments', async () => {
    const app = await startApp({
      backends: [{ kind: 'ollama', models: ['llama3:8b'], ttftMs: 200 }],
      environment: { LB_SSE_KEEPALIVE_SECONDS: '0.01' },
    })
    const { text, headers } = await app.post(CHAT, request())
    expect(headers['content-type']).toBe(LINES['content-type'])
    for (const each of text.trimEnd().split('\n'))
      expect(JSON.parse(each)).toMatchObject({ model: 'llama3:8b' })
  })

  it('is asked for by the name of an alias or of the map, and named so where the alias says so', async () => {
    const app = await startApp({ backends: [{ kind: 'ollama', models: ['llama3:8b'] }] })
    await app.admin.patchEndpoint(app.endpoint.id, { model_map: { llama3: 'llama3:8b' } })
    const targets = [{ model: 'llama3:8b' }]
    await app.admin.call('POST', '/model-aliases', { name: 'plain', targets })
    await app.admin.call('POST', '/model-aliases', { name: 'renamed', targets, rewrite_response: true })
    const bodies = [
      [CHAT, request({ stream: true })],
      [CHAT, request({ stream: false })],
      ['/api/generate', { prompt: 'Hello' }],
      ['/api/embed', { input: 'Hello' }],
    ] as const
    for (const [path, body] of bodies)
      for (const [model, named] of [
        ['llama3', 'llama3:8b'],
        ['plain', 'llama3:8b'],
        ['renamed', 'renamed'],
      ]) {
        const { text, headers } = await app.post(path, { ...body, model })
        expect(headers['x-lb-model']).toBe('llama3:8b')
        const names = text
          .trimEnd()
          .split('\n')
          .map((each) => (JSON.parse(each) as { model: string }).model)
        expect(new Set(names)).toEqual(new Set([named]))
      }
  })

  it('is not sent to a backend that lacks it, and says so where none has it', async () => {
    const app = await startApp({
      backends: [{ models: ['llama3:8b'] }, { kind: 'ollama', models: ['llama3:8b'] }],
    })
    for (let count = 0; count < 4; count += 1) {
      const { status, headers } = await app.post(CHAT, request({ stream: false }))
      expect([status, headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
    }
    expect(app.backend.served().routes['other']?.requests).toBeLessThan(2)
    for (const { id } of app.endpoints) await app.admin.patchEndpoint(id, { apis: ['chat'] })
    const refused = await app.post(CHAT, request())
    expect([refused.status, refused.json()]).toMatchObject([404, { code: 'LB_ERR_API_NOT_SERVED' }])
    expect((refused.json() as { error: string }).error).toContain('No connected endpoint serves ollama_chat')
  })
})

describe('an error', () => {
  it('is a text, before and behind the router, beside the members of every error', async () => {
    const app = await startApp({ environment: { LB_MAX_REQUEST_BODY_BYTES: '1000' } })
    const expectText = async (sent: ReturnType<RunningApp['send']>, status: number, code: string) => {
      const response = await sent
      const body = response.json() as { detail: string }
      expect([response.status, body]).toMatchObject([status, { code, error: body.detail }])
      expect(body.detail).toMatch(/./)
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    }
    for (const path of [CHAT, '/api/generate', '/api/embed', `${CHAT}?x=1`]) {
      await expectText(app.post(path, '{"model":'), 400, 'LB_ERR_INVALID_JSON')
      await expectText(app.post(path, request({ model: 7 })), 400, 'LB_ERR_BAD_REQUEST')
      await expectText(app.post(path, request({ system: 'x'.repeat(1000) })), 413, 'LB_ERR_BODY_TOO_LARGE')
    }
    await expectText(app.post('/api/show', '{"model":'), 400, 'LB_ERR_INVALID_JSON')
    for (const body of ['null', '7', '{}', '{"model":""}'])
      await expectText(app.post('/api/show', body), 400, 'LB_ERR_BAD_REQUEST')
    await expectText(app.post('/api/show', { name: 'x'.repeat(70_000) }), 413, 'LB_ERR_BODY_TOO_LARGE')
    await expectText(app.post('/api/pull', {}), 404, 'LB_ERR_NOT_FOUND')
    await expectText(app.send(CHAT), 405, 'LB_ERR_METHOD_NOT_ALLOWED')
    await app.admin.token('a client')
    await expectText(app.send('/api/tags'), 401, 'LB_ERR_UNAUTHORIZED')
    expect(app.arrived()).toBe(0)
  })
})
