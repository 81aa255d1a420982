// LangChain against the balancer: chat, responses, and messages served natively or translated.
import { ChatAnthropic } from '@langchain/anthropic'
import { HumanMessage, type AIMessageChunk, type ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { embed } from '../../../src/simulation/formats/embedding-format.ts'
import { eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { bodiesAt, failureOf, MODEL, PIXEL, refusals } from '../../support/clients/client-trials.ts'

// No trace leaves this machine, whatever the environment of the tests says.
for (const name of ['LANGSMITH_TRACING', 'LANGCHAIN_TRACING_V2']) process.env[name] = 'false'

const QUESTION = 'Where does the queue move to?'

const openai =
  (useResponsesApi: boolean) =>
  ({ url }: RunningApp, model = MODEL) =>
    new ChatOpenAI({
      model,
      apiKey: 'none',
      configuration: { baseURL: `${url}/v1` },
      maxRetries: 0,
      useResponsesApi,
    })

const anthropic = ({ url }: RunningApp, model = MODEL) =>
  new ChatAnthropic({ model, apiKey: 'none', anthropicApiUrl: url, maxRetries: 0 })

const clients = [
  { name: 'ChatOpenAI', modelOf: openai(false), route: '/v1/chat/completions', fields: {} },
  { name: 'ChatOpenAI by responses', modelOf: openai(true), route: '/v1/responses', fields: {} },
  { name: 'ChatAnthropic', modelOf: anthropic, route: '/v1/messages', fields: {} },
  {
    name: 'ChatAnthropic, translated',
    modelOf: anthropic,
    route: '/v1/chat/completions',
    fields: { apis: ['chat'] },
  },
]

describe.each(clients)('the unmodified LangChain with $name', ({ name, modelOf, route, fields }) => {
  const start = (backend = {}) => startApp({ backends: [backend], endpoints: fields })

  it('gets a text and its usage, whole and streamed', async () => {
    const app = await start({ minTokens: 9, maxTokens: 9 })
    const whole = await modelOf(app).invoke(QUESTION)
    expect(whole.text.trim().split(' ')).toHaveLength(9)
    expect(whole.usage_metadata).toMatchObject({ output_tokens: 9 })
    app.backend.configure({ seed: 1 })
    const texts: string[] = []
    let counted = 0
    for await (const chunk of await modelOf(app).stream(QUESTION)) {
      texts.push(chunk.text)
      counted += (chunk.usage_metadata as { output_tokens: number } | undefined)?.output_tokens ?? 0
    }
    expect(texts.join('')).toBe(whole.text)
    expect(counted).toBe(9)
    expect(app.backend.served().routes[route]).toMatchObject({ finished: 2 })
  })

  it('calls a tool, whole and streamed, and sends its result', async () => {
    const app = await start({ callsTools: true })
    const weather = tool(() => 'Sunny, says the tool.', {
      name: 'weather',
      description: 'The weather of a city.',
      schema: z.object({ city: z.string() }),
    })
    const question = new HumanMessage(QUESTION)
    const asked = await modelOf(app).bindTools([weather]).invoke([question])
    const [call] = asked.tool_calls ?? []
    expect(call).toMatchObject({ name: 'weather', args: { city: expect.any(String) as string } })
    let streamed: AIMessageChunk | undefined
    for await (const chunk of await modelOf(app).bindTools([weather]).stream([question]))
      streamed = streamed === undefined ? chunk : streamed.concat(chunk)
    expect(streamed?.tool_calls).toMatchObject([
      { name: 'weather', args: { city: expect.any(String) as string } },
    ])
    const result: unknown = await weather.invoke({ ...call, type: 'tool_call' } as never)
    app.backend.configure({ callsTools: false })
    const answer = await modelOf(app)
      .bindTools([weather])
      .invoke([question, asked, result as ToolMessage])
    expect(answer.text).not.toBe('')
    expect(bodiesAt(app).at(-1)).toContain('Sunny, says the tool.')
  })

  it('gets an object after a schema, and has an image sent', async () => {
    const app = await start()
    const schema = z.object({ city: z.string(), days: z.number().int() })
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
    const output = await modelOf(app)
      .withStructuredOutput(schema)
      .invoke([new HumanMessage({ content: [{ type: 'text', text: QUESTION }, image] })])
    expect(schema.parse(output)).toEqual(output)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
  })

  it('ends the request of the backend when it is aborted', async () => {
    const app = await start({ minTokens: 100, maxTokens: 100, tokensPerSecond: 20 })
    const leaving = new AbortController()
    const read = async (): Promise<void> => {
      const stream = await modelOf(app).stream(QUESTION, { signal: leaving.signal })
      for await (const { text } of stream) if (text !== '') leaving.abort()
    }
    await failureOf(read())
    await eventually(() => expect(app.backend.served().total).toMatchObject({ requests: 1, aborted: 1 }))
    await app.settled()
    expect(await app.requestLines()).toMatchObject([{ outcome: 'aborted' }])
  })

  it.each(refusals)('is told in words: $what', async ({ status, anthropicStatus, words, start: refuse }) => {
    const { app, model } = await refuse(fields)
    const expected = name.startsWith('ChatAnthropic') ? (anthropicStatus ?? status) : status
    const whole = await failureOf(modelOf(app, model).invoke(QUESTION))
    expect(whole).toMatchObject({ status: expected, message: expect.stringContaining(words) as string })
    const streamed = await failureOf(modelOf(app, model).stream(QUESTION))
    expect(streamed).toMatchObject({ status: expected, message: expect.stringContaining(words) as string })
  })

  it('is told in words that a stream has broken off', async () => {
    const app = await start({ minTokens: 20, maxTokens: 20 })
    await app.backend.setFault({ kind: 'die', afterChunks: 8 })
    const read = async (): Promise<void> => {
      for await (const chunk of await modelOf(app).stream(QUESTION)) expect(chunk).toBeDefined()
    }
    expect(await failureOf(read())).toMatchObject({
      message: expect.stringContaining('the endpoint closed the connection') as string,
    })
  })
})

it('LangChain gets embeddings', async () => {
  const app = await startApp()
  const texts = ['one text', 'another']
  const embeddings = new OpenAIEmbeddings({
    model: MODEL,
    apiKey: 'none',
    configuration: { baseURL: `${app.url}/v1` },
    maxRetries: 0,
  })
  expect(await embeddings.embedDocuments(texts)).toEqual(texts.map((text) => [...embed(text, 64)]))
})
