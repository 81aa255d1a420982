import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { describe, expect, it } from 'vitest'
import { countTokens } from '../../src/simulation/formats/count-tokens.ts'
import { startBackend } from './start-backend.ts'

const QUESTION = 'Where does the queue move to, and why?'
const PROMPT_TOKENS = countTokens(QUESTION)
async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}
const messages = [{ role: 'user' as const, content: QUESTION }]

async function start(options: Parameters<typeof startBackend>[0] = {}, apiKey = 'unused') {
  const backend = await startBackend(options)
  return { backend, client: new OpenAI({ baseURL: backend.baseUrl, apiKey, maxRetries: 0 }) }
}

describe('the openai client on a simulated backend', () => {
  it('gets a chat completion with exact usage', async () => {
    const { backend, client } = await start({ name: 'sim-a' })
    const { choices, usage, system_fingerprint, model } = await client.chat.completions.create({
      model: 'sim-model',
      messages,
    })
    const words = choices[0]?.message.content?.trim().split(' ').length
    expect(usage).toMatchObject({ prompt_tokens: PROMPT_TOKENS, completion_tokens: words })
    expect(usage?.total_tokens).toBe(PROMPT_TOKENS + (words ?? 0))
    expect({ system_fingerprint, model }).toEqual({ system_fingerprint: 'sim-a', model: 'sim-model' })
    expect(backend.served().total).toMatchObject({ promptTokens: PROMPT_TOKENS, completionTokens: words })
  })

  it('streams a chat: the role, one chunk per token, the finish, and usage only if requested', async () => {
    const { client } = await start({ minTokens: 12, maxTokens: 12 })
    const request = { model: 'sim-model', messages, stream: true as const }
    const chunks = await collect(
      await client.chat.completions.create({ ...request, stream_options: { include_usage: true } }),
    )
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    const contents = chunks.slice(1, 13).map((chunk) => chunk.choices[0]?.delta.content)
    expect(contents.every((content) => typeof content === 'string' && content !== '')).toBe(true)
    expect(chunks[13]?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(chunks[14]).toMatchObject({
      choices: [],
      usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: 12, total_tokens: PROMPT_TOKENS + 12 },
    })
    expect(chunks).toHaveLength(15)

    const without = await collect(await client.chat.completions.create(request))
    expect(without).toHaveLength(14)
    expect(without.every((chunk) => chunk.choices.length === 1 && chunk.usage === undefined)).toBe(true)
  })

  it('streams the same text as in an unstreamed response with the same seed', async () => {
    const { backend, client } = await start({ seed: 7, minTokens: 120, maxTokens: 140 })
    const whole = await client.chat.completions.create({ model: 'sim-model', messages })
    backend.configure({ seed: 7 })
    const runner = client.chat.completions.stream({ model: 'sim-model', messages })
    expect(await runner.finalContent()).toBe(whole.choices[0]?.message.content)
    expect(whole.choices[0]?.message.content).toContain('🚀')
  })

  it('bounds a response by max_tokens and max_completion_tokens, and reports it', async () => {
    const { client } = await start({ minTokens: 20, maxTokens: 30 })
    for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
      const { choices, usage } = await client.chat.completions.create({
        model: 'sim-model',
        messages,
        ...limit,
      })
      expect(choices[0]?.finish_reason).toBe('length')
      expect(usage?.completion_tokens).toBe(5)
    }
    const long = await client.chat.completions.create({ model: 'sim-model', messages, max_tokens: 1000 })
    expect(long.choices[0]?.finish_reason).toBe('stop')
    expect(long.usage?.completion_tokens).toBeGreaterThanOrEqual(20)
    expect(long.usage?.completion_tokens).toBeLessThanOrEqual(30)
  })

  it('responds with exactly max_tokens with ignore_eos', async () => {
    const { client } = await start({ maxTokens: 30 })
    const ignoreEos = { model: 'sim-model', messages, max_tokens: 300, ignore_eos: true }
    const { choices, usage } = await client.chat.completions.create(ignoreEos)
    expect(choices[0]?.finish_reason).toBe('length')
    expect(usage?.completion_tokens).toBe(300)
  })

  it('gets completions, streamed and not', async () => {
    const { client } = await start({ minTokens: 6, maxTokens: 6 })
    const request = { model: 'sim-model', prompt: QUESTION }
    const whole = await client.completions.create(request)
    expect(whole.choices[0]?.text.trim().split(' ')).toHaveLength(6)
    expect(whole.usage).toMatchObject({ prompt_tokens: PROMPT_TOKENS, completion_tokens: 6 })
    const chunks = await collect(await client.completions.create({ ...request, stream: true }))
    expect(chunks.filter((chunk) => chunk.choices[0]?.text !== '')).toHaveLength(6)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
  })

  it('gets embeddings in both encodings, equal for equal texts', async () => {
    const { client } = await start()
    const ask = (encoding: 'base64' | 'float' | undefined) =>
      client.embeddings.create({
        model: 'sim-model',
        input: ['one text', 'another'],
        dimensions: 16,
        ...(encoding ? { encoding_format: encoding } : {}),
      })
    const [decoded, floats] = [await ask(undefined), await ask('float')]
    expect(decoded.data).toHaveLength(2)
    expect(decoded.data[0]?.embedding).toHaveLength(16)
    for (const index of [0, 1]) {
      expect(decoded.data[index]?.embedding).toEqual(floats.data[index]?.embedding)
      expect(Math.hypot(...(floats.data[index]?.embedding ?? []))).toBeCloseTo(1)
    }
    expect(floats.usage).toMatchObject({ prompt_tokens: 4, total_tokens: 4 })
  })

  it('gets a response, whole or cut', async () => {
    const { client } = await start({ minTokens: 10, maxTokens: 10 })
    const whole = await client.responses.create({ model: 'sim-model', input: QUESTION })
    expect(whole).toMatchObject({ status: 'completed', incomplete_details: null })
    expect(whole.output_text.trim().split(' ')).toHaveLength(10)
    expect(whole.usage).toMatchObject({ input_tokens: PROMPT_TOKENS, output_tokens: 10 })
    const cut = await client.responses.create({
      model: 'sim-model',
      input: [{ role: 'user', content: [{ type: 'input_text', text: QUESTION }] }],
      max_output_tokens: 4,
    })
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
    expect(cut.usage).toMatchObject({ input_tokens: PROMPT_TOKENS, output_tokens: 4 })
  })

  it('streams a response in the order of OpenAI', async () => {
    const { client } = await start({ minTokens: 3, maxTokens: 3 })
    const request = { model: 'sim-model', input: QUESTION, stream: true as const }
    const events = await collect(await client.responses.create(request))
    expect(events.map((event) => event.type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    const deltas = events.flatMap((event) =>
      event.type === 'response.output_text.delta' ? [event.delta] : [],
    )
    const last = await client.responses.stream({ model: 'sim-model', input: QUESTION }).finalResponse()
    const end = events.at(-1)
    expect(end?.type === 'response.completed' && end.response.usage?.output_tokens).toBe(3)
    expect(events.find((event) => event.type === 'response.output_text.done')?.text).toBe(deltas.join(''))
    expect(last.output_text.trim().split(' ')).toHaveLength(3)
  })

  it('lists the models and refuses any other', async () => {
    const { client } = await start({ models: ['first', 'second'] })
    const models = await collect(client.models.list())
    expect(models.map((model) => model.id)).toEqual(['first', 'second'])
    const other = client.chat.completions.create({ model: 'third', messages })
    await expect(other).rejects.toBeInstanceOf(NotFoundError)
  })

  it('is rejected without the right key and accepted with it', async () => {
    const { backend, client } = await start({ apiKey: 'sesame' }, 'wrong')
    const denied = client.chat.completions.create({ model: 'sim-model', messages })
    await expect(denied).rejects.toBeInstanceOf(AuthenticationError)
    const keyed = new OpenAI({ baseURL: backend.baseUrl, apiKey: 'sesame' })
    await expect(keyed.chat.completions.create({ model: 'sim-model', messages })).resolves.toBeDefined()
    await expect(fetch(new URL('/health', backend.baseUrl))).resolves.toMatchObject({ status: 200 })
  })

  it('is refused what vLLM refuses', async () => {
    const { client } = await start()
    const ask = (fields: object) =>
      client.chat.completions.create({ model: 'sim-model', messages, ...fields } as never)
    for (const bad of [
      { n: 2 },
      { messages: [] },
      { max_tokens: 0 },
      { priority: 'high' },
      { stream_options: { include_usage: true } },
      { stream: 'yes' },
    ]) {
      await expect(ask(bad)).rejects.toBeInstanceOf(BadRequestError)
    }
    await expect(ask({ n: 1, stream_options: null, top_k: 5 })).resolves.toBeDefined()
  })
})
