// A simulated backend that is like one engine or another.
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { isGenerationRoute } from '../../../src/simulation/formats/generation-request.ts'
import { kindOf } from '../../../src/simulation/kinds/kinds.ts'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import { createManualTimer } from '../manual-timer.ts'
import { chatOf, eventData, eventually, post, startBackend } from '../start-backend.ts'

const FOUR = { minTokens: 4, maxTokens: 4 }
const STREAM = { stream: true, stream_options: { include_usage: true } }
const PROMPT_TOKENS = countTokens('Hello there')

const kinds = ['vllm', 'llama.cpp', 'ollama', 'tei'] as const
const rootOf = (baseUrl: string): string => baseUrl.replace(/\/v1$/, '')
const get = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}
/** Which chunks of a stream have usage, counted from the end. */
const usagePlaces = (text: string): number[] =>
  eventData(text).flatMap(({ usage }, at, { length }) => (usage ? [at - length] : []))

describe.each(kinds)('a backend like %s', (kind) => {
  it('has a format for each of its calls, and none for the calls of others', async () => {
    const { calls } = kindOf({ kind })
    expect([...calls.values()].filter((route) => !isGenerationRoute(route))).toEqual([])
    const { baseUrl } = await startBackend({ kind })
    const others = kinds.flatMap((each) => [...kindOf({ kind: each }).calls.keys()])
    for (const path of new Set(others)) {
      const { status } = await post(rootOf(baseUrl), path, {})
      if (calls.has(path)) expect([path, status]).not.toEqual([path, 404])
      else expect([path, status]).toEqual([path, 404])
    }
  })
})

describe('a backend like llama.cpp', () => {
  it('puts usage on the finish chunk of completions alone, and timings beside it', async () => {
    const { baseUrl } = await startBackend({ ...FOUR, kind: 'llama.cpp' })
    const completion = await post(baseUrl, '/completions', { prompt: 'Hello there', ...STREAM })
    expect(usagePlaces(completion.text)).toEqual([-1])
    expect(eventData(completion.text).at(-1)).toMatchObject({
      choices: [{ finish_reason: 'stop' }],
      timings: { predicted_n: 4 },
    })
    const chat = await post(baseUrl, '/chat/completions', chatOf(STREAM))
    expect(eventData(chat.text).at(-1)).toMatchObject({ choices: [], timings: { predicted_n: 4 } })
  })

  it('has its habits, which settings can change, until it becomes another engine', async () => {
    const backend = await startBackend({ kind: 'llama.cpp', apiKey: 'key', closesAfterStream: false })
    const { baseUrl } = backend
    expect((await get(`${baseUrl}/models`)).text).toContain('"n_ctx_train"')
    const headers = { authorization: 'Bearer key' }
    const mistake = await post(baseUrl, '/chat/completions', { messages: 'no' }, headers)
    expect([mistake.status, JSON.parse(mistake.text)]).toMatchObject([500, { error: { code: 500 } }])
    expect((await post(baseUrl, '/score', {}, headers)).text).toContain('File Not Found')
    expect(backend.settings).toMatchObject({ timings: true, closesAfterStream: false })
    backend.configure({ kind: 'vllm', timings: true })
    expect(backend.settings).toMatchObject({ timings: true, mistakeStatus: 400, publicModels: false })
    expect((await post(baseUrl, '/chat/completions', { messages: 'no' }, headers)).status).toBe(400)
  })

  it('keeps a stream alive with comments after its first token', async () => {
    const timer = createManualTimer()
    const pace = { ttftMs: 10, tokensPerSecond: 0.1, headersWithFirstToken: true, commentEveryMs: 4000 }
    const { baseUrl } = await startBackend({ minTokens: 2, maxTokens: 2, ...pace }, { timer })
    const response = post(baseUrl, '/chat/completions', chatOf({ stream: true }))
    for (const ms of [10, 4000, 4000, 2000]) {
      await eventually(() => expect(timer.pending()).toBe(1))
      timer.advance(ms)
    }
    const pieces = (await response).text.split('\n\n').map((event) => event.slice(0, 6))
    expect(pieces).toEqual(['data: ', 'data: ', ':', ':', 'data: ', 'data: ', 'data: ', ''])
  })
})

describe('a backend like Ollama', () => {
  const start = async () => {
    const backend = await startBackend({ ...FOUR, kind: 'ollama' })
    return { backend, client: new Ollama({ host: rootOf(backend.baseUrl) }) }
  }
  const messages = [{ role: 'user', content: 'Hello there' }]
  const model = 'sim-model'

  it('chats and completes in its own form, streamed or not', async () => {
    const { backend, client } = await start()
    const whole = await client.chat({ model, messages })
    expect(whole).toMatchObject({ model, done: true, prompt_eval_count: PROMPT_TOKENS, eval_count: 4 })
    expect(whole.message.content).toMatch(/^(\S+ ){4}$/)
    const pieces: string[] = []
    let counted: object = {}
    for await (const part of await client.generate({ model, prompt: 'Hello there', stream: true })) {
      if (!part.done) pieces.push(part.response ?? '')
      counted = part
    }
    expect(pieces).toHaveLength(4)
    expect(counted).toMatchObject({ done_reason: 'stop', prompt_eval_count: PROMPT_TOKENS, eval_count: 4 })
    expect(backend.served().total).toMatchObject({ finished: 2, completionTokens: 8 })
    const plain = await post(rootOf(backend.baseUrl), '/api/chat', { model, messages })
    expect(plain.headers['content-type']).toBe('application/x-ndjson')
    expect(plain.text.trimEnd().split('\n')).toHaveLength(5)
  })

  it('keeps to the limit of tokens and to a schema, and calls a function', async () => {
    const { client } = await start()
    const cut = await client.chat({ model, messages, options: { num_predict: 2 } })
    expect(cut).toMatchObject({ done_reason: 'length', eval_count: 2 })
    const properties = { city: { type: 'string' } }
    const { message } = await client.chat({ model, messages, format: { type: 'object', properties } })
    expect(JSON.parse(message.content)).toEqual({ city: expect.any(String) as string })
    const { backend, client: caller } = await start()
    backend.configure({ callsTools: true })
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties } } }]
    const called: object[] = []
    for await (const part of await caller.chat({ model, messages, tools, stream: true }))
      called.push(...(part.message.tool_calls ?? []))
    expect(called).toEqual([{ function: { name: 'f', arguments: { city: expect.any(String) as string } } }])
  })

  it('embeds, lists its models, and fails in words', async () => {
    const { backend, client } = await start()
    const { embeddings, prompt_eval_count: count } = await client.embed({ model, input: ['a', 'bc'] })
    expect(embeddings.map((vector) => vector.length)).toEqual([64, 64])
    expect(count).toBe(2)
    expect((await client.list()).models).toMatchObject([{ name: model, details: { format: 'gguf' } }])
    const missing = { status_code: 404, error: "model 'other' not found" }
    await expect(client.chat({ model: 'other', messages })).rejects.toMatchObject(missing)
    const unknown = await get(`${rootOf(backend.baseUrl)}/api/ps`)
    expect(unknown).toMatchObject({ status: 404, type: 'text/plain', text: '404 page not found' })
    await backend.setFault({ kind: 'error-body', pathPrefix: '/api/' })
    const stream = await client.chat({ model, messages, stream: true })
    await expect(async () => {
      for await (const part of stream) expect(part).toBeUndefined()
    }).rejects.toThrow('Simulated failure')
  })

  it('puts usage on the finish chunk of chat completions', async () => {
    const { backend } = await start()
    const { text } = await post(backend.baseUrl, '/chat/completions', chatOf(STREAM))
    expect(usagePlaces(text)).toEqual([-1])
    expect(eventData(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
  })
})

describe('a backend like TEI', () => {
  const texts = ['one', 'another one']

  it('responds with lists, says what they cost in a header, and which model it has', async () => {
    const { baseUrl } = await startBackend({ kind: 'tei', models: ['bge'] })
    const root = rootOf(baseUrl)
    const ranked = await post(root, '/rerank', { query: 'Which?', texts, return_text: true })
    expect(ranked.headers['x-compute-tokens']).toBe(String(2 + 1 + 3))
    const items = JSON.parse(ranked.text) as { index: number; score: number; text: string }[]
    expect(items.map(({ index, text }) => texts[index] === text)).toEqual([true, true])
    expect(items[0]?.score).toBeGreaterThan(items[1]?.score ?? Infinity)
    const embedded = JSON.parse((await post(root, '/embed', { inputs: texts })).text) as number[][]
    const { data } = await new OpenAI({ baseURL: baseUrl, apiKey: 'none' }).embeddings.create({
      model: 'whatever',
      input: texts,
    })
    expect(data[1]?.embedding).toHaveLength(embedded[1]?.length ?? 0)
    expect(JSON.parse((await get(`${root}/info`)).text)).toMatchObject({ model_id: 'bge' })
    expect((await get(`${root}/v1/models`)).status).toBe(404)
  })

  it('has two forms of errors', async () => {
    const { baseUrl } = await startBackend({ kind: 'tei' })
    const own = await post(rootOf(baseUrl), '/rerank', { query: 'Which?' })
    expect([own.status, JSON.parse(own.text)]).toMatchObject([422, { error_type: 'Tokenizer' }])
    const openai = await post(baseUrl, '/embeddings', {})
    expect(JSON.parse(openai.text)).toMatchObject({ code: 422, type: 'Tokenizer' })
  })
})
