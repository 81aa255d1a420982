// Messages of a simulated backend, as vLLM sends them.
import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { countTokens } from '../../src/simulation/formats/count-tokens.ts'
import { eventData, post, startBackend } from './start-backend.ts'

const MESSAGES = '/messages'
const request = <const Fields extends object>(fields?: Fields) => ({
  model: 'sim-model',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello there' }],
  ...(fields as Fields),
})
const clientOf = (baseUrl: string) =>
  new Anthropic({ baseURL: baseUrl.replace(/\/v1$/, ''), apiKey: 'none', maxRetries: 0 })
const named = (text: string): [string, string | undefined][] =>
  [...text.matchAll(/^(?:event: (\w+)\n)?data: (\{"type":"(\w+)"|\[DONE\])/gm)].map(
    ([, name, data, type]) => [name ?? '', type ?? data],
  )

describe('a message of a simulated backend', () => {
  it('is streamed as named events in Anthropic’s order, with [DONE] after the last', async () => {
    const { baseUrl } = await startBackend({ minTokens: 3, maxTokens: 3, cachedPercent: 50 })
    const { text } = await post(baseUrl, MESSAGES, request({ stream: true }))
    const types = [
      ...['message_start', 'content_block_start', 'ping'],
      ...Array<string>(3).fill('content_block_delta'),
      ...['content_block_stop', 'message_delta', 'message_stop'],
    ]
    expect(named(text)).toEqual([...types.map((type) => [type, type]), ['', '[DONE]']])
    const prompt = countTokens('Hello there')
    const events = eventData(text)
    const input = { input_tokens: prompt - 1, cache_read_input_tokens: 1 }
    expect(events[0]).toMatchObject({ message: { role: 'assistant', usage: { ...input, output_tokens: 0 } } })
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'end_turn' },
      usage: { ...input, output_tokens: 3 },
    })
  })

  it('is bounded by max_tokens, which it needs, and says so', async () => {
    const { baseUrl } = await startBackend({ minTokens: 20, maxTokens: 30 })
    const { text } = await post(baseUrl, MESSAGES, request({ max_tokens: 4 }))
    expect(JSON.parse(text)).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 4 } })
    const missing = await post(baseUrl, MESSAGES, { messages: request().messages })
    expect(missing.status).toBe(400)
    expect(JSON.parse(missing.text)).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
    })
  })

  it('calls a tool where it must, where it may, and not where it may not', async () => {
    const { baseUrl } = await startBackend({ callsTools: true })
    const tools = [{ name: 'f', input_schema: { type: 'object', properties: {} } }]
    const typesFor = async (choice?: object) => {
      const { text } = await post(baseUrl, MESSAGES, request({ tools, tool_choice: choice }))
      return (JSON.parse(text) as { content: { type: string }[] }).content.map(({ type }) => type)
    }
    for (const choice of [undefined, { type: 'auto' }, { type: 'any' }, { type: 'tool', name: 'f' }])
      expect(await typesFor(choice)).toEqual(['tool_use'])
    expect(await typesFor({ type: 'none' })).toEqual(['text'])
  })

  it('fits the schema of its output_config', async () => {
    const { baseUrl } = await startBackend()
    const schema = { type: 'object', properties: { city: { enum: ['Oslo'] } } }
    const format = { type: 'json_schema', schema }
    const { text } = await post(baseUrl, MESSAGES, request({ output_config: { format } }))
    expect(JSON.parse(text)).toMatchObject({ content: [{ type: 'text', text: '{"city":"Oslo"}' }] })
  })

  it('fails in Anthropic’s form: for a model it lacks, by a fault, and in a stream', async () => {
    const backend = await startBackend()
    const { baseUrl } = backend
    const unknown = await post(baseUrl, MESSAGES, request({ model: 'other' }))
    expect([unknown.status, JSON.parse(unknown.text)]).toMatchObject([
      404,
      { error: { type: 'not_found_error' } },
    ])
    await backend.setFault({ kind: 'status', status: 529 })
    const busy = await post(baseUrl, MESSAGES, request())
    expect([busy.status, JSON.parse(busy.text)]).toMatchObject([529, { error: { type: 'overloaded_error' } }])
    await backend.setFault({ kind: 'error-body' })
    const stream = await post(baseUrl, MESSAGES, request({ stream: true }))
    expect(named(stream.text)).toEqual([
      ['error', 'error'],
      ['', '[DONE]'],
    ])
    await backend.setFault({ kind: 'no-done' })
    expect((await post(baseUrl, MESSAGES, request({ stream: true }))).text).not.toContain('message_stop')
  })

  it('thinks first where it may, in a block of its own whose tokens are some of the others', async () => {
    const { baseUrl } = await startBackend({ minTokens: 6, maxTokens: 6 })
    const thinks = request({ thinking: { type: 'enabled', budget_tokens: 1024 } })
    const { content, usage } = await clientOf(baseUrl).messages.stream(thinks).finalMessage()
    expect(content).toMatchObject([
      { type: 'thinking', thinking: expect.stringMatching(/^(\S+ ){3}$/) as string },
      { type: 'text', text: expect.stringMatching(/^(\S+ ){3}$/) as string },
    ])
    expect(content[0]).toHaveProperty('signature', expect.stringMatching(/./))
    expect(usage.output_tokens).toBe(6)
    const whole = await clientOf(baseUrl).messages.create(thinks)
    expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    const little = await clientOf(baseUrl).messages.create({
      ...thinks,
      thinking: { type: 'enabled', budget_tokens: 1 },
    })
    expect(little.content[0]).toMatchObject({ thinking: expect.stringMatching(/^\S+ $/) as string })
    const not = await clientOf(baseUrl).messages.create(request({ thinking: { type: 'disabled' } }))
    expect(not.content.map(({ type }) => type)).toEqual(['text'])
  })

  it('has its tokens counted without being generated', async () => {
    const backend = await startBackend()
    const { text } = await post(backend.baseUrl, `${MESSAGES}/count_tokens`, {
      messages: request().messages,
      system: [{ type: 'text', text: 'Be brief.' }],
    })
    expect(JSON.parse(text)).toEqual({ input_tokens: countTokens('Hello there') + countTokens('Be brief.') })
    expect(backend.served().total).toMatchObject({ finished: 1, promptTokens: 0, completionTokens: 0 })
  })
})
