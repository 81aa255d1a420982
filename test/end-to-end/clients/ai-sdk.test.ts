// The AI SDK against the balancer, by each of its providers: chat, responses, and messages served natively or translated.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, embedMany, generateText, Output, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { embed } from '../../../src/simulation/formats/embedding-format.ts'
import { eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { bodiesAt, failureOf, MODEL, PIXEL, refusals } from '../../support/clients/client-trials.ts'

// It warns of models that it does not know.
globalThis.AI_SDK_LOG_WARNINGS = false

const prompt = 'Where does the queue move to?'

const compatible = ({ url }: RunningApp) =>
  createOpenAICompatible({
    name: 'balancer',
    baseURL: `${url}/v1`,
    apiKey: 'none',
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
const anthropic = ({ url }: RunningApp) => createAnthropic({ baseURL: `${url}/v1`, authToken: 'none' })

const providers = [
  {
    name: '@ai-sdk/openai-compatible',
    modelOf: (app: RunningApp, model = MODEL) => compatible(app)(model),
    route: '/v1/chat/completions',
    fields: {},
  },
  {
    name: '@ai-sdk/openai',
    modelOf: ({ url }: RunningApp, model = MODEL) =>
      createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })(model),
    route: '/v1/responses',
    fields: {},
  },
  {
    name: '@ai-sdk/anthropic',
    modelOf: (app: RunningApp, model = MODEL) => anthropic(app)(model),
    route: '/v1/messages',
    fields: {},
  },
  {
    name: '@ai-sdk/anthropic, translated',
    modelOf: (app: RunningApp, model = MODEL) => anthropic(app)(model),
    route: '/v1/chat/completions',
    fields: { apis: ['chat'] },
  },
]

describe.each(providers)('the unmodified AI SDK with $name', ({ name, modelOf, route, fields }) => {
  const start = (backend = {}) => startApp({ backends: [backend], endpoints: fields })

  it('gets a text and its usage, whole and streamed', async () => {
    const app = await start({ minTokens: 9, maxTokens: 9 })
    const whole = await generateText({ model: modelOf(app), prompt, maxRetries: 0 })
    expect([whole.text.trim().split(' ').length, whole.finishReason]).toEqual([9, 'stop'])
    expect(whole.usage.outputTokens).toBe(9)
    app.backend.configure({ seed: 1 })
    const stream = streamText({ model: modelOf(app), prompt, maxRetries: 0 })
    const deltas: string[] = []
    for await (const delta of stream.textStream) deltas.push(delta)
    expect(deltas.join('')).toBe(whole.text)
    expect(deltas.length).toBeGreaterThan(1)
    expect(await stream.usage).toMatchObject({ inputTokens: whole.usage.inputTokens, outputTokens: 9 })
    expect(app.backend.served().routes[route]).toMatchObject({ finished: 2 })
  })

  it('calls a tool, whole and streamed, and sends its result', async () => {
    const app = await start({ callsTools: true })
    const asked: unknown[] = []
    const weather = tool({
      description: 'The weather of a city.',
      inputSchema: z.object({ city: z.string() }),
      execute: (input) => {
        asked.push(input)
        return 'Sunny, says the tool.'
      },
    })
    const { finishReason, toolCalls, response } = await generateText({
      model: modelOf(app),
      prompt,
      tools: { weather },
      maxRetries: 0,
    })
    expect([finishReason, toolCalls.length]).toEqual(['tool-calls', 1])
    expect(asked).toEqual([{ city: expect.any(String) as string }])
    const stream = streamText({ model: modelOf(app), prompt, tools: { weather }, maxRetries: 0 })
    expect((await stream.toolCalls).map(({ toolName }) => toolName)).toEqual(['weather'])
    expect(asked).toHaveLength(2)
    app.backend.configure({ callsTools: false })
    const answer = await generateText({
      model: modelOf(app),
      messages: [{ role: 'user', content: prompt }, ...response.messages],
      tools: { weather },
      maxRetries: 0,
    })
    expect(answer.finishReason).toBe('stop')
    expect(bodiesAt(app).at(-1)).toContain('Sunny, says the tool.')
  })

  it('gets an object after a schema, and has an image sent', async () => {
    const app = await start()
    const schema = z.object({ city: z.string(), days: z.number().int() })
    const { output } = await generateText({
      model: modelOf(app),
      output: Output.object({ schema }),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: prompt },
            { type: 'file', mediaType: 'image/png', data: Buffer.from(PIXEL, 'base64') },
          ],
        },
      ],
      maxRetries: 0,
    })
    expect(schema.parse(output)).toEqual(output)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
  })

  it('ends the request of the backend when it is aborted', async () => {
    const app = await start({ minTokens: 100, maxTokens: 100, tokensPerSecond: 20 })
    const leaving = new AbortController()
    const stream = streamText({ model: modelOf(app), prompt, abortSignal: leaving.signal, maxRetries: 0 })
    for await (const delta of stream.textStream) if (delta !== '') leaving.abort()
    await eventually(() => expect(app.backend.served().total).toMatchObject({ requests: 1, aborted: 1 }))
    await app.settled()
    expect(await app.requestLines()).toMatchObject([{ outcome: 'aborted' }])
  })

  it.each(refusals)('is told in words: $what', async ({ status, anthropicStatus, words, start: refuse }) => {
    const { app, model } = await refuse(fields)
    const expected = name.startsWith('@ai-sdk/anthropic') ? (anthropicStatus ?? status) : status
    const request = { model: modelOf(app, model), prompt, maxRetries: 0 }
    const whole = await failureOf(generateText(request))
    expect(whole).toBeInstanceOf(APICallError)
    expect(whole).toMatchObject({ statusCode: expected, message: expect.stringContaining(words) as string })
    let told: unknown
    await streamText({ ...request, onError: ({ error }) => void (told = error) }).consumeStream()
    expect(told).toMatchObject({ statusCode: expected, message: whole.message })
  })

  it('is told in words that a stream has broken off', async () => {
    const app = await start({ minTokens: 20, maxTokens: 20 })
    await app.backend.setFault({ kind: 'die', afterChunks: 8 })
    let told: unknown
    await streamText({
      model: modelOf(app),
      prompt,
      maxRetries: 0,
      onError: ({ error }) => void (told = error),
    }).consumeStream()
    expect(told).toMatchObject({ message: 'the endpoint closed the connection' })
  })
})

it('the AI SDK gets embeddings', async () => {
  const app = await startApp()
  const values = ['one text', 'another']
  const { embeddings } = await embedMany({
    model: compatible(app).embeddingModel(MODEL),
    values,
    maxRetries: 0,
  })
  expect(embeddings).toEqual(values.map((text) => [...embed(text, 64)]))
})
