// Ollama's own client against the balancer, over HTTP.
import { Ollama } from 'ollama'
import { describe, expect, it } from 'vitest'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import type { SimulatedBackendOptions } from '../../../src/simulation/simulated-backend.ts'
import { eventually, startApp, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { bodiesAt, PIXEL } from '../../support/clients/client-trials.ts'

const QUESTION = 'Where does the queue move to, and why?'
const PROMPT_TOKENS = countTokens(QUESTION)
const model = 'llama3:8b'
const request = { model, messages: [{ role: 'user', content: QUESTION }] }
const nine: SimulatedBackendOptions = { kind: 'ollama', models: [model], minTokens: 9, maxTokens: 9 }

const clientOf = ({ url }: RunningApp, token?: string) =>
  new Ollama({ host: url, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) })

async function textOf(stream: AsyncIterable<{ message: { content: string }; done: boolean }>) {
  const pieces: string[] = []
  let last: object = {}
  for await (const part of stream) {
    if (!part.done) pieces.push(part.message.content)
    last = part
  }
  return { pieces, last }
}

describe("Ollama's unmodified client", () => {
  it('chats, streamed or not, and the endpoint is charged for both', async () => {
    const app = await startApp({ backends: [nine] })
    const client = clientOf(app)
    const whole = await client.chat(request)
    expect(whole).toMatchObject({ model, done: true, prompt_eval_count: PROMPT_TOKENS, eval_count: 9 })
    app.backend.configure({ seed: 1 })
    const { pieces, last } = await textOf(await client.chat({ ...request, stream: true }))
    expect(pieces).toHaveLength(9)
    expect(pieces.join('')).toBe(whole.message.content)
    expect(last).toMatchObject({ done: true, prompt_eval_count: PROMPT_TOKENS, eval_count: 9 })
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 2 * PROMPT_TOKENS,
      completion_tokens_total: 18,
    })
    const usage = { model, route: '/api/chat', prompt_tokens: PROMPT_TOKENS, completion_tokens: 9 }
    expect(await app.requestLines()).toMatchObject([
      { ...usage, stream: false },
      { ...usage, stream: true, ttft_ms: expect.any(Number) as number },
    ])
  })

  it('generates from a prompt, up to a limit, and embeds, of which prompts are charged alone', async () => {
    const app = await startApp({ backends: [nine] })
    const client = clientOf(app)
    const { response, done_reason: reason } = await client.generate({
      model,
      prompt: QUESTION,
      options: { num_predict: 4 },
    })
    expect([response?.match(/\S+ /g)?.length, reason]).toEqual([4, 'length'])
    const { embeddings } = await client.embed({ model, input: ['one', 'two'] })
    expect(embeddings).toHaveLength(2)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: PROMPT_TOKENS + 2,
      completion_tokens_total: 4,
    })
  })

  it('calls a function, streamed or not, and gets JSON after a schema', async () => {
    const app = await startApp({ backends: [{ kind: 'ollama', models: [model], callsTools: true }] })
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const tools = [{ type: 'function', function: { name: 'weather', description: 'x', parameters } }]
    const { message } = await clientOf(app).chat({ ...request, tools })
    const city = expect.any(String) as string
    const called = [{ function: { name: 'weather', arguments: { city } } }]
    expect(message.tool_calls).toEqual(called)
    const streamed: unknown[] = []
    for await (const part of await clientOf(app).chat({ ...request, tools, stream: true }))
      streamed.push(...(part.message.tool_calls ?? []))
    expect(streamed).toEqual(called)
    const structured = await clientOf(app).chat({ ...request, format: parameters })
    expect(JSON.parse(structured.message.content)).toEqual({ city })
  })

  it('has images sent, in chats and beside a prompt', async () => {
    const app = await startApp({ backends: [nine] })
    const images = [PIXEL]
    await clientOf(app).chat({ model, messages: [{ role: 'user', content: QUESTION, images }] })
    await clientOf(app).generate({ model, prompt: QUESTION, images })
    expect(bodiesAt(app).map((body) => body.includes(PIXEL))).toEqual([true, true])
  })

  it('lists what its token may reach, on whatever backends, with aliases', async () => {
    const app = await startListingApp({ backends: [nine, { models: ['qwen'] }] })
    await app.admin.call('POST', '/model-aliases', { name: 'smart', targets: [{ model: 'qwen' }] })
    const { token } = await app.admin.token('narrow', { allowed_models: ['llama3*'] })
    const { token: wide } = await app.admin.token('wide')
    const names = async (sent: string) => (await clientOf(app, sent).list()).models.map((each) => each.model)
    await eventually(async () => expect(await names(wide)).toEqual([model, 'qwen', 'smart']))
    expect(await names(token)).toEqual([model])
    const [listed] = (await clientOf(app, token).list()).models
    expect(listed).toMatchObject({ name: model, size: 0, details: { families: [] } })
    expect(Date.parse(String(listed?.modified_at))).toBeGreaterThan(0)
    const before = app.backend.served().routes['/api/tags']
    expect(before).toBeUndefined()
  })

  it('shows its version, one of these models, and all as loaded, also from backends of other kinds', async () => {
    const app = await startListingApp({ backends: [nine, { models: ['qwen:latest'] }] })
    const { token } = await app.admin.token('narrow', { allowed_models: ['qwen*'] })
    const client = clientOf(app, token)
    await eventually(async () => expect((await client.ps()).models).toMatchObject([{ name: 'qwen:latest' }]))
    expect((await client.version()).version).toBe('0.6.4')
    for (const asked of ['qwen', 'qwen:latest'])
      expect(await client.show({ model: asked })).toMatchObject({
        capabilities: ['completion'],
        details: { families: [] },
        model_info: { 'general.basename': 'qwen:latest' },
      })
    await expect(client.show({ model })).rejects.toThrow(/does not exist/)
  })

  it('aborts a stream, and so the request of the backend; what was delivered is counted', async () => {
    const slow = { minTokens: 100, maxTokens: 100, tokensPerSecond: 20 }
    const app = await startApp({ backends: [{ ...nine, ...slow }] })
    const client = clientOf(app)
    const stream = await client.chat({ ...request, stream: true })
    const reading = (async () => {
      for await (const part of stream) if (part.message.content !== '') client.abort()
    })()
    await expect(reading).rejects.toThrow(/abort/i)
    await eventually(() => expect(app.backend.served().total).toMatchObject({ aborted: 1, requests: 1 }))
    await app.settled()
    const [line] = await app.requestLines()
    expect(line).toMatchObject({ status: 499, outcome: 'aborted' })
    expect(line?.completion_tokens).toBeGreaterThan(0)
  })

  it('is told in words why it is refused: by its key, its model, or because all are busy', async () => {
    const app = await startListingApp({
      backends: [{ ...nine, ttftMs: 3_600_000 }],
      endpoints: { max_concurrent: 1 },
      environment: { LB_QUEUE_MAX: '0' },
    })
    const { token } = await app.admin.token('a client')
    await expect(clientOf(app, 'wrong').chat(request)).rejects.toMatchObject({
      name: 'ResponseError',
      status_code: 401,
      error: 'unknown client token',
    })
    const list = { status_code: 401, error: 'unknown client token' }
    await expect(clientOf(app, 'wrong').list()).rejects.toMatchObject(list)
    await eventually(async () => expect((await clientOf(app, token).list()).models).toHaveLength(1))
    const missing = { status_code: 404, error: expect.stringContaining(model) as string }
    await expect(clientOf(app, token).chat({ ...request, model: 'llama3:7b' })).rejects.toMatchObject(missing)
    expect(app.arrived()).toBe(0)
    const held = clientOf(app, token)
    const first = held.chat({ ...request, stream: true })
    first.catch(() => undefined)
    await eventually(() => expect(app.arrived()).toBe(1))
    for (const stream of [false, true]) {
      const busy = clientOf(app, token).chat({ ...request, stream: stream as true })
      await expect(busy).rejects.toMatchObject({
        status_code: 503,
        error: expect.stringMatching(/./) as string,
      })
    }
    const nothing = { status_code: 404, error: 'there is nothing at this path' }
    await expect(clientOf(app, token).copy({ source: model, destination: 'x' })).rejects.toMatchObject(
      nothing,
    )
  })

  it('is told the words of a backend that has too many requests, and when no endpoint is left', async () => {
    const fault = { kind: 'status', status: 429, pathPrefix: '/api/' } as const
    const app = await startApp({
      backends: [{ ...nine, fault }],
      environment: { LB_FAIL_THRESHOLD: '100' },
    })
    for (const stream of [false, true])
      await expect(clientOf(app).chat({ ...request, stream: stream as true })).rejects.toMatchObject({
        status_code: 429,
        error: expect.stringContaining('Simulated failure') as string,
      })
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    await expect(clientOf(app).chat(request)).rejects.toMatchObject({
      status_code: 503,
      error: 'no connected endpoints available',
    })
  })

  it('gets the error of a stream that cannot go on', async () => {
    const app = await startApp({ backends: [nine] })
    await app.backend.setFault({ kind: 'die', afterChunks: 3, pathPrefix: '/api/' })
    const seen: string[] = []
    const reading = (async () => {
      for await (const part of await clientOf(app).chat({ ...request, stream: true }))
        seen.push(part.message.content)
    })()
    await expect(reading).rejects.toThrow('the endpoint closed the connection')
    expect(seen).toHaveLength(3)
  })
})
