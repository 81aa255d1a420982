import OpenAI, { APIError, AuthenticationError, InternalServerError, NotFoundError } from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import { embed } from '../../../src/simulation/formats/embedding-format.ts'
import { eventually, startApp, startListingApp } from '../../support/apps/running-app.ts'
import { bodiesAt, failureOf, PIXEL, refusals } from '../../support/clients/client-trials.ts'

const QUESTION = 'Where does the queue move to, and why?'
const PROMPT_TOKENS = countTokens(QUESTION)
const messages = [{ role: 'user' as const, content: QUESTION }]
const model = 'sim-model'

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

const nineTokens = { backends: [{ minTokens: 9, maxTokens: 9 }] }

describe('the unmodified openai client', () => {
  it('gets a chat completion with its usage, which the endpoint is charged', async () => {
    const app = await startApp(nineTokens)
    const { data, response } = await app.openai().chat.completions.create({ model, messages }).withResponse()
    expect(data.choices[0]?.message.content?.trim().split(' ')).toHaveLength(9)
    expect(data.usage).toMatchObject({ prompt_tokens: PROMPT_TOKENS, completion_tokens: 9 })
    expect(response.headers.get('x-lb-endpoint')).toBe('backend-1')
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_requests: 1,
      total_success: 1,
      prompt_tokens_total: PROMPT_TOKENS,
      completion_tokens_total: 9,
    })
  })

  it('streams a chat, with usage only if requested; the balancer counts it either way', async () => {
    const app = await startApp(nineTokens)
    const request = { model, messages, stream: true as const }
    const plain = await collect(await app.openai().chat.completions.create(request))
    expect(plain).toHaveLength(11)
    expect(plain.every(({ choices, usage }) => choices.length === 1 && usage === undefined)).toBe(true)
    const asked = await collect(
      await app.openai().chat.completions.create({ ...request, stream_options: { include_usage: true } }),
    )
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 9 } })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 2 * PROMPT_TOKENS,
      completion_tokens_total: 18,
    })
  })

  it('gets completions, streamed and not', async () => {
    const app = await startApp(nineTokens)
    const whole = await app.openai().completions.create({ model, prompt: QUESTION })
    expect(whole.usage).toMatchObject({ prompt_tokens: PROMPT_TOKENS, completion_tokens: 9 })
    const chunks = await collect(
      await app.openai().completions.create({ model, prompt: QUESTION, stream: true }),
    )
    expect(chunks.filter(({ choices }) => choices[0]?.text !== '')).toHaveLength(9)
    expect(chunks.every(({ usage }) => usage === undefined)).toBe(true)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ completion_tokens_total: 18 })
  })

  it('gets embeddings, which have only prompt tokens', async () => {
    const app = await startApp()
    const { data, usage } = await app.openai().embeddings.create({ model, input: ['one text', 'another'] })
    expect(data).toHaveLength(2)
    expect(usage).toMatchObject({ prompt_tokens: 4, total_tokens: 4 })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      prompt_tokens_total: 4,
      completion_tokens_total: 0,
    })
  })

  it('gets embeddings as base64, which it asks for by itself, and as numbers', async () => {
    const app = await startApp()
    const expected = [...embed('one text', 64)]
    for (const format of [undefined, 'float'] as const) {
      const encoding = format ? { encoding_format: format } : {}
      const { data } = await app.openai().embeddings.create({ model, input: 'one text', ...encoding })
      expect(data[0]?.embedding).toEqual(expected)
      expect(bodiesAt(app).at(-1)).toContain(`"encoding_format":"${format ?? 'base64'}"`)
    }
    const raw = await app.post('/v1/embeddings', { model, input: 'one text', encoding_format: 'base64' })
    expect(raw.json()).toMatchObject({ data: [{ embedding: expect.any(String) as string }] })
  })

  it('gets objects after a schema, and has images sent, by chat and by responses', async () => {
    const app = await startApp()
    const schema = z.object({ city: z.string(), days: z.number().int() })
    const url = `data:image/png;base64,${PIXEL}`
    const chat = await app.openai().chat.completions.parse({
      model,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
      response_format: zodResponseFormat(schema, 'forecast'),
    })
    expect(schema.parse(chat.choices[0]?.message.parsed)).toEqual(chat.choices[0]?.message.parsed)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
    const { output_parsed: parsed } = await app.openai().responses.parse({
      model,
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: url, detail: 'auto' }] }],
      text: { format: zodTextFormat(schema, 'forecast') },
    })
    expect(schema.parse(parsed)).toEqual(parsed)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
  })

  it('calls tools, whole and streamed, by chat and by responses', async () => {
    const app = await startApp()
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const request = {
      model,
      messages,
      tools: [{ type: 'function' as const, function: { name: 'weather', parameters } }],
      tool_choice: 'required' as const,
    }
    const whole = await app.openai().chat.completions.create(request)
    const streamed = await app.openai().chat.completions.stream(request).finalChatCompletion()
    for (const { choices } of [whole, streamed]) {
      const call = choices[0]?.message.tool_calls?.[0]
      expect(choices[0]?.finish_reason).toBe('tool_calls')
      expect(call).toMatchObject({ function: { name: 'weather' } })
    }
    const tools = [{ type: 'function' as const, name: 'weather', parameters, strict: false }]
    const asked = { model, input: QUESTION, tools, tool_choice: 'required' as const }
    const response = await app.openai().responses.create(asked)
    const final = await app.openai().responses.stream(asked).finalResponse()
    for (const { output } of [response, final])
      expect(output).toMatchObject([{ type: 'function_call', name: 'weather' }])
  })

  it('gets responses, streamed and not', async () => {
    const app = await startApp(nineTokens)
    const whole = await app.openai().responses.create({ model, input: QUESTION })
    expect(whole.usage).toMatchObject({ input_tokens: PROMPT_TOKENS, output_tokens: 9 })
    const streamed = await app.openai().responses.stream({ model, input: QUESTION }).finalResponse()
    expect(streamed.output_text.trim().split(' ')).toHaveLength(9)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 2 * PROMPT_TOKENS,
      completion_tokens_total: 18,
    })
  })

  it('lists the models of all endpoints once each and in order, and finds one by its id', async () => {
    const app = await startListingApp({
      backends: [{ models: ['zeta', 'org/alpha'] }, { models: ['zeta', 'beta'] }],
    })
    const models = await collect(app.openai().models.list())
    expect(models.map(({ id }) => id)).toEqual(['beta', 'org/alpha', 'zeta'])
    await expect(app.openai().models.retrieve('beta')).resolves.toMatchObject({ id: 'beta', object: 'model' })
    await expect(app.openai().models.retrieve('org/alpha')).resolves.toMatchObject({ id: 'org/alpha' })
    await expect(app.openai().models.retrieve('gamma')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('lists the models of many endpoints without a warning', async () => {
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', note)
    const app = await startListingApp({
      backends: Array.from({ length: 14 }, (_, at) => ({ models: [`m-${at + 10}`] })),
    })
    const models = await collect(app.openai().models.list())
    await new Promise(setImmediate)
    process.off('warning', note)
    expect(models).toHaveLength(14)
    expect(warnings).toEqual([])
  })

  it('gets an authentication error for a wrong key', async () => {
    const app = await startApp()
    const { token } = await app.admin.token('a client')
    const ask = (key: string) => app.openai(key).chat.completions.create({ model, messages })
    await expect(ask('wrong')).rejects.toMatchObject({
      constructor: AuthenticationError,
      status: 401,
      code: 'LB_ERR_UNAUTHORIZED',
      type: 'authentication_error',
    })
    await expect(ask(token)).resolves.toBeDefined()
    expect(app.arrived()).toBe(1)
  })

  it('gets a 404 for a wrong path from the balancer, and one for an unknown model from the backend', async () => {
    const app = await startApp()
    const wrongPath = app.openai('none', `${app.url}/v2`).chat.completions.create({ model, messages })
    await expect(wrongPath).rejects.toMatchObject({ constructor: NotFoundError, code: 'LB_ERR_NOT_FOUND' })
    expect(app.arrived()).toBe(0)
    const unknown = app.openai().chat.completions.create({ model: 'gpt-9', messages })
    await expect(unknown).rejects.toMatchObject({
      constructor: NotFoundError,
      message: expect.stringContaining('`gpt-9` does not exist') as string,
    })
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_success: 1, total_failures: 0 })
  })

  it.each(refusals)('is told in words: $what', async ({ status, words, start }) => {
    const { app, model: asked } = await start()
    const client = app.openai()
    for (const ask of [
      () => client.chat.completions.create({ model: asked, messages }),
      () => client.chat.completions.create({ model: asked, messages, stream: true }),
      () => client.responses.create({ model: asked, input: QUESTION }),
      () => client.embeddings.create({ model: asked, input: QUESTION }),
    ]) {
      const error = await failureOf(ask())
      expect(error).toBeInstanceOf(APIError)
      expect(error).toMatchObject({ status, message: expect.stringContaining(words) as string })
      expect(error.message).toMatch(new RegExp(`^${status} [^{]+$`))
    }
  })

  it('does not retry what would fail again', async () => {
    const app = await startApp({ backends: [{ fault: { kind: 'status', status: 500 } }] })
    const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'none', maxRetries: 3 })
    await expect(client.chat.completions.create({ model, messages })).rejects.toBeInstanceOf(
      InternalServerError,
    )
    expect(app.arrived()).toBe(1)
  })

  it('aborts the backend’s request before it has an answer', async () => {
    const app = await startApp({ backends: [{ ttftMs: 60_000 }] })
    const leaving = new AbortController()
    const asked = failureOf(
      app.openai().chat.completions.create({ model, messages }, { signal: leaving.signal }),
    )
    await eventually(() => expect(app.backend.served().total.requests).toBe(1))
    leaving.abort()
    expect((await asked).message).toBe('Request was aborted.')
    await eventually(() => expect(app.backend.served().total).toMatchObject({ aborted: 1, requests: 1 }))
  })

  it('aborts the backend’s request in the middle of a stream', async () => {
    const app = await startApp({ backends: [{ minTokens: 100, maxTokens: 100, tokensPerSecond: 20 }] })
    const stream = await app.openai().chat.completions.create({ model, messages, stream: true })
    await stream[Symbol.asyncIterator]().next()
    stream.controller.abort()
    await eventually(() => expect(app.backend.served().total).toMatchObject({ aborted: 1, requests: 1 }))
    await app.settled()
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({
      total_requests: 1,
      total_success: 0,
      total_failures: 0,
      inflight: 0,
    })
    expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted' }])
  })

  it('is served on the legacy paths, with any pool name', async () => {
    const app = await startListingApp(nineTokens)
    for (const base of ['', '/v1', '/v1/any-pool']) {
      const client = app.openai('none', app.url + base)
      const { usage } = await client.chat.completions.create({ model, messages })
      expect(usage?.completion_tokens).toBe(9)
      expect((await collect(client.models.list())).map(({ id }) => id)).toEqual(['sim-model'])
    }
    const { routes } = app.backend.served()
    expect(routes).toMatchObject({ '/v1/chat/completions': { finished: 3 }, '/v1/models': { finished: 1 } })
  })
})
