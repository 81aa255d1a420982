// OpenAI's Agents SDK against the balancer, by responses and by chat.
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { bodiesAt, failureOf, MODEL, PIXEL, refusals } from '../../support/clients/client-trials.ts'

const QUESTION = 'Where does the queue move to?'

const apis = [
  { name: 'responses', useResponses: true, route: '/v1/responses' },
  { name: 'chat', useResponses: false, route: '/v1/chat/completions' },
]

describe.each(apis)('the unmodified Agents SDK by $name', ({ useResponses, route }) => {
  const runnerOf = (app: RunningApp) =>
    new Runner({
      modelProvider: new OpenAIProvider({ openAIClient: app.openai() as never, useResponses }),
      // It sends traces to OpenAI otherwise.
      tracingDisabled: true,
    })
  const agentOf = (fields: object = {}) =>
    new Agent({ name: 'guide', instructions: 'Be brief.', model: MODEL, ...fields })
  const start = (backend = {}) => startApp({ backends: [backend] })

  it('gets a text and its usage, whole and streamed', async () => {
    const app = await start({ minTokens: 9, maxTokens: 9 })
    const whole = await runnerOf(app).run(agentOf(), QUESTION)
    expect(whole.finalOutput?.trim().split(' ')).toHaveLength(9)
    expect(whole.state.usage.outputTokens).toBe(9)
    app.backend.configure({ seed: 1 })
    const streamed = await runnerOf(app).run(agentOf(), QUESTION, { stream: true })
    const deltas: string[] = []
    for await (const delta of streamed.toTextStream()) deltas.push(delta)
    expect(deltas.join('')).toBe(whole.finalOutput)
    expect(streamed.state.usage.outputTokens).toBe(9)
    expect(app.backend.served().routes[route]).toMatchObject({ finished: 2 })
  })

  it.each([false, true])('calls a tool, and sends its result (streamed: %s)', async (stream) => {
    const app = await start({ callsTools: true })
    const asked: unknown[] = []
    const weather = tool({
      name: 'weather',
      description: 'The weather of a city.',
      parameters: z.object({ city: z.string() }),
      execute: (input) => {
        asked.push(input)
        app.backend.configure({ callsTools: false })
        return 'Sunny, says the tool.'
      },
    })
    const agent = agentOf({ tools: [weather] })
    const result = stream
      ? await runnerOf(app).run(agent, QUESTION, { stream })
      : await runnerOf(app).run(agent, QUESTION)
    if ('completed' in result) await result.completed
    const { finalOutput } = result
    expect(asked).toEqual([{ city: expect.any(String) as string }])
    expect(finalOutput).toMatch(/\w/)
    expect(bodiesAt(app).at(-1)).toContain('Sunny, says the tool.')
  })

  it('gets an object after a schema, and has an image sent', async () => {
    const app = await start()
    const outputType = z.object({ city: z.string(), days: z.number().int() })
    const { finalOutput } = await runnerOf(app).run(agentOf({ outputType }), [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: QUESTION },
          { type: 'input_image', image: `data:image/png;base64,${PIXEL}` },
        ],
      },
    ])
    expect(outputType.parse(finalOutput)).toEqual(finalOutput)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
  })

  it('ends the request of the backend when it is aborted', async () => {
    const app = await start({ minTokens: 100, maxTokens: 100, tokensPerSecond: 20 })
    const leaving = new AbortController()
    const stream = await runnerOf(app).run(agentOf(), QUESTION, { stream: true, signal: leaving.signal })
    for await (const delta of stream.toTextStream()) if (delta !== '') leaving.abort()
    await eventually(() => expect(app.backend.served().total).toMatchObject({ requests: 1, aborted: 1 }))
    await app.settled()
    expect(await app.requestLines()).toMatchObject([{ outcome: 'aborted' }])
  })

  it.each(refusals)('is told in words: $what', async ({ status, words, start: refuse }) => {
    const { app, model } = await refuse()
    const whole = await failureOf(runnerOf(app).run(agentOf({ model }), QUESTION))
    expect(whole).toMatchObject({ status, message: expect.stringContaining(words) as string })
    const stream = await runnerOf(app).run(agentOf({ model }), QUESTION, { stream: true })
    const streamed = await failureOf(stream.completed)
    expect(streamed).toMatchObject({ status, message: whole.message })
  })

  it('is told in words that a stream has broken off', async () => {
    const app = await start({ minTokens: 20, maxTokens: 20 })
    await app.backend.setFault({ kind: 'die', afterChunks: 8 })
    const stream = await runnerOf(app).run(agentOf(), QUESTION, { stream: true })
    expect(await failureOf(stream.completed)).toMatchObject({
      message: expect.stringContaining('the endpoint closed the connection') as string,
    })
  })
})
