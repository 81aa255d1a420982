import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { fitSchema } from '../../src/simulation/formats/fit-schema.ts'
import { connectRaw, rawPost } from '../support/clients/http-client.ts'
import { createManualTimer } from './manual-timer.ts'
import { chatOf, connectionError, eventData, eventually, open, post, startBackend } from './start-backend.ts'

const FOUR = { minTokens: 4, maxTokens: 4 }
const STREAM = chatOf({ stream: true })
const WITH_USAGE = chatOf({ stream: true, stream_options: { include_usage: true } })

interface Chunk {
  choices: { finish_reason: string | null; logprobs: unknown; delta: { tool_calls?: unknown[] } }[]
  usage?: { prompt_tokens_details: unknown }
  timings?: Record<string, number>
}
const chunksOf = (text: string) => eventData(text) as unknown as Chunk[]

async function control(controlUrl: string, method: string, path: string, body?: object) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  return (await fetch(controlUrl + path, init)).status
}

describe('a simulated backend that behaves like other engines', () => {
  it('announces keep-alive and closes the connection after a stream', async () => {
    const backend = await startBackend({ ...FOUR, closesAfterStream: true })
    const connection = await connectRaw(Number(new URL(backend.baseUrl).port))
    const send = (body: object) => connection.write(rawPost('/v1/chat/completions', [], JSON.stringify(body)))
    const responses = () => connection.text().split('HTTP/1.1 200').length - 1
    send(chatOf())
    await eventually(() => expect(connection.text()).toContain('"usage"'))
    send(STREAM)
    await eventually(() => expect(connection.text()).toMatch(/\[DONE\]\n\n\r\n0\r\n\r\n$/))
    expect(connection.text().match(/^connection: .*$/gim)).toEqual(
      Array(2).fill(expect.stringMatching(/keep-alive/i)),
    )
    // It would be served on the same connection.
    send(chatOf())
    await connection.closed
    expect(responses()).toBe(2)
  })

  it('answers client mistakes with 500 and a numeric code, whatever its state otherwise', async () => {
    const { baseUrl } = await startBackend({ mistakeStatus: 500 })
    for (const bad of [{ messages: 'none' }, chatOf({ n: 2 })]) {
      const { status, text } = await post(baseUrl, '/chat/completions', bad)
      expect(status).toBe(500)
      expect(JSON.parse(text)).toMatchObject({ error: { code: 500, type: 'InternalServerError' } })
    }
    expect((await post(baseUrl, '/chat/completions', chatOf())).status).toBe(200)
  })

  it('dies of a request that contains the marker, until it is revived', async () => {
    const backend = await startBackend({ dieOn: '"$ref":"#/a"', ttftMs: 3_600_000 })
    const bystander = open(backend.baseUrl, '/chat/completions', STREAM)
    const [response] = (await once(bystander, 'response')) as [IncomingMessage]
    const cut = once(response, 'error')
    const deadly = chatOf({ response_format: { $ref: '#/a' } })
    expect(await connectionError(backend.baseUrl, '/chat/completions', deadly)).toBe('ECONNRESET')
    await cut
    expect(await connectionError(backend.baseUrl)).toBe('ECONNREFUSED')
    expect(backend.served()).toMatchObject({ faults: { death: 1 }, total: { broken: 2 }, running: 0 })
    expect(await control(backend.controlUrl, 'POST', '/revive')).toBe(200)
    backend.configure({ ttftMs: 0 })
    expect((await post(backend.baseUrl, '/chat/completions', STREAM)).status).toBe(200)
  })

  it('comes back by itself after its time', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ dieOn: 'deadly', reviveAfterMs: 2000 }, { timer })
    await connectionError(backend.baseUrl, '/chat/completions', chatOf({ user: 'deadly' }))
    await eventually(async () => expect(await connectionError(backend.baseUrl)).toBe('ECONNREFUSED'))
    timer.advance(2000)
    await eventually(async () =>
      expect((await fetch(`${backend.baseUrl}/models`).catch(() => undefined))?.status).toBe(200),
    )
  })

  it('accepts requests and stays silent while it loads, or answers 503', async () => {
    const backend = await startBackend({ loading: 'unavailable' })
    expect((await fetch(new URL('/health', backend.baseUrl))).status).toBe(503)
    await control(backend.controlUrl, 'PUT', '/settings', { loading: 'silent' })
    const held = fetch(new URL('/health', backend.baseUrl))
    await eventually(() => expect(backend.served().routes['/health']?.requests).toBe(2))
    expect(backend.served().total).toMatchObject({ rejected: 1, finished: 0 })
    await control(backend.controlUrl, 'PUT', '/settings', { loading: 'no' })
    expect((await held).status).toBe(200)
  })

  it('sends the head of a stream with its first token', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ttftMs: 50, headersWithFirstToken: true }, { timer })
    const client = open(backend.baseUrl, '/chat/completions', STREAM)
    let hasHead = false
    const head = once(client, 'response').then(() => (hasHead = true))
    await eventually(() => expect(timer.pending()).toBe(1))
    // Another response overtakes it on the way: what was sent before would have arrived.
    await fetch(new URL('/health', backend.baseUrl))
    expect(hasHead).toBe(false)
    timer.advance(50)
    await head
  })

  it('works on an unstreamed or waiting request whose client has left', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ capacity: 1, ttftMs: 100, worksOnAfterAbort: true }, { timer })
    const clients = [1, 2].map(() => open(backend.baseUrl, '/chat/completions', chatOf()))
    await eventually(() => expect(backend.served()).toMatchObject({ running: 1, waiting: 1 }))
    for (const client of clients) client.destroy()
    await eventually(() => expect(backend.served().total.aborted).toBe(2))
    expect(backend.served()).toMatchObject({ running: 1, waiting: 1 })
    timer.advance(100)
    expect(backend.served()).toMatchObject({ running: 1, waiting: 0 })
    timer.advance(100)
    expect(backend.served()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('lets /health starve under load', async () => {
    const backend = await startBackend({ ttftMs: 3_600_000, healthStarvesAt: 2 })
    const clients = [1, 2].map(() => open(backend.baseUrl, '/chat/completions', STREAM))
    await eventually(() => expect(backend.served().running).toBe(2))
    const health = fetch(new URL('/health', backend.baseUrl))
    await eventually(() => expect(backend.served().routes['/health']?.requests).toBe(1))
    expect(backend.served().total.finished).toBe(0)
    clients[0]?.destroy()
    expect((await health).status).toBe(200)
  })

  it('reports timings with the usage, or with the finish chunk where no usage is requested', async () => {
    const { baseUrl } = await startBackend({ ...FOUR, timings: true, cachedPercent: 50 })
    const timings = { cache_n: 1, prompt_n: 2, predicted_n: 4 }
    const asked = chunksOf((await post(baseUrl, '/chat/completions', WITH_USAGE)).text)
    expect(asked.at(-1)).toMatchObject({ choices: [], timings, usage: { completion_tokens: 4 } })
    expect(asked.filter((chunk) => chunk.timings)).toHaveLength(1)
    const unasked = chunksOf((await post(baseUrl, '/chat/completions', STREAM)).text)
    expect(unasked.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }], timings })
    expect(JSON.parse((await post(baseUrl, '/chat/completions', chatOf())).text)).toMatchObject({ timings })
  })

  it('reports cached tokens, and usage on the finish chunk', async () => {
    const { baseUrl } = await startBackend({ ...FOUR, usageOnFinish: true, cachedPercent: 100 })
    const last = chunksOf((await post(baseUrl, '/chat/completions', WITH_USAGE)).text).at(-1)
    expect(last).toMatchObject({
      choices: [{ finish_reason: 'stop' }],
      usage: { completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } },
    })
    const { text } = await post(baseUrl, '/responses', { input: 'Hello there!' })
    expect(JSON.parse(text)).toMatchObject({ usage: { input_tokens_details: { cached_tokens: 3 } } })
  })

  it('calls the tool that a request wants, in chat and in responses', async () => {
    const parameters = { type: 'object', properties: { city: { const: 'Köln' } } }
    const tool = { name: 'weather', parameters }
    const { baseUrl } = await startBackend({ callsTools: true })
    const chat = chatOf({ tools: [{ type: 'function', function: tool }] })
    const call = { function: { name: 'weather', arguments: '{"city":"Köln"}' } }
    expect(JSON.parse((await post(baseUrl, '/chat/completions', chat)).text)).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { content: null, tool_calls: [call] } }],
    })
    const { text } = await post(baseUrl, '/chat/completions', { ...chat, stream: true })
    const parts = chunksOf(text).flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])
    const joined = (parts as { function: { arguments: string } }[]).map((part) => part.function.arguments)
    expect(joined.join('')).toBe('{"city":"Köln"}')
    expect(chunksOf(text).at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')

    const responses = { input: 'x', tools: [{ type: 'function', ...tool }], stream: true }
    const events = eventData((await post(baseUrl, '/responses', responses)).text)
    expect(events.map(({ type }) => type)).toContain('response.function_call_arguments.delta')
    expect(events.at(-1)).toMatchObject({
      response: { output: [{ type: 'function_call', name: 'weather', arguments: '{"city":"Köln"}' }] },
    })
    const none = { ...chat, tool_choice: 'none' }
    expect(JSON.parse((await post(baseUrl, '/chat/completions', none)).text)).toMatchObject({
      choices: [{ finish_reason: 'stop' }],
    })
  })

  it('answers with JSON that fits a schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        steps: { type: 'array', minItems: 2, items: { $ref: '#/$defs/step' } },
        count: { type: 'integer', minimum: 3, maximum: 5 },
        mood: { enum: ['good', 'bad'] },
        note: { anyOf: [{ type: 'string', minLength: 4, maxLength: 4 }, { type: 'null' }] },
        open: { type: ['boolean', 'null'] },
      },
      $defs: { step: { type: 'object', properties: { name: { const: 'go' } } } },
    }
    const { baseUrl } = await startBackend()
    const ask = chatOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })
    const { choices } = JSON.parse((await post(baseUrl, '/chat/completions', ask)).text) as {
      choices: { message: { content: string } }[]
    }
    const made = JSON.parse(choices[0]?.message.content ?? '') as Record<string, unknown>
    expect(made).toMatchObject({ steps: [{ name: 'go' }, { name: 'go' }] })
    expect(made['count']).toBeOneOf([3, 4, 5])
    expect(made['mood']).toBeOneOf(['good', 'bad'])
    expect(made['note']).toHaveLength(4)
    expect(made['open']).toBeOneOf([true, false])
    const endless = { type: 'object', properties: { next: { $ref: '#' } } }
    expect(JSON.stringify(fitSchema(endless, () => 0)).length).toBeLessThan(200)
  })

  it('reports log probabilities in the form of chat and of completions', async () => {
    const { baseUrl } = await startBackend(FOUR)
    const ask = { ...STREAM, logprobs: true, top_logprobs: 2 }
    const [, first] = chunksOf((await post(baseUrl, '/chat/completions', ask)).text)
    const token = { logprob: -0.25, bytes: expect.any(Array) as unknown }
    expect(first?.choices[0]?.logprobs).toMatchObject({
      content: [{ ...token, top_logprobs: [token, token] }],
    })
    const { text } = await post(baseUrl, '/completions', { prompt: 'x', max_tokens: 2, logprobs: 1 })
    const { choices } = JSON.parse(text) as { choices: { text: string; logprobs: { tokens: string[] } }[] }
    expect(choices[0]?.logprobs.tokens.join('')).toBe(choices[0]?.text)
  })

  it('omits the sequence numbers of responses', async () => {
    const { baseUrl } = await startBackend({ ...FOUR, omitsSequenceNumbers: true })
    const events = eventData((await post(baseUrl, '/responses', { input: 'x', stream: true })).text)
    expect(events.at(-1)).toMatchObject({ type: 'response.completed' })
    expect(events.some((event) => 'sequence_number' in event)).toBe(false)
  })

  it('lists its models without a key that it asks for elsewhere', async () => {
    const { baseUrl } = await startBackend({ apiKey: 'sesame', publicModels: true })
    expect((await fetch(`${baseUrl}/models`)).status).toBe(200)
    expect((await post(baseUrl, '/chat/completions', chatOf())).status).toBe(401)
  })
})
