// Each call against the real balancer and the simulated backend: what is counted is what the backend has counted.
import { expect, it } from 'vitest'
import { apiCallNames, apiCalls, baseOf } from '../../../src/load-engine/model/api-calls.ts'
import { calls } from '../../../src/load-engine/calls/calls.ts'
import { createResponseReader } from '../../../src/load-engine/requests/response-reader.ts'
import { checkScenario, defaultScenario } from '../../../src/load-engine/model/scenario.ts'
import { startEngine } from '../running-engine.ts'

const streaming = apiCallNames.filter((name) => apiCalls[name].writesText)

it('every call is made, and counts what the backend counts, with streams and without', async () => {
  const { app, send, ended, collect, scenario } = await startEngine({ backends: [{ minTokens: 5 }] })
  for (const call of apiCallNames)
    for (const stream of [true, false])
      send({
        type: 'start',
        cardId: `${call}-${stream}`,
        scenario: scenario({
          call,
          stream,
          requests: 3,
          maxParallel: 3,
          maxTokens: 20,
          temperature: 0,
          systemPrompt: 'Be short.',
          userPrompt: 'what is a wire\na line\na dog',
          batchMarker: 'n',
        }),
      })
  for (const call of apiCallNames) for (const stream of [true, false]) await ended(`${call}-${stream}`)
  await app.settled()
  const { cards } = await collect()
  for (const call of apiCallNames) {
    const runs = cards.filter(({ scenario: { call: made } }) => made === call)
    const served = app.backend.served().routes[`/v1${apiCalls[call].path}`]
    expect(
      runs.map(({ counts, failures }) => [counts.ok, failures]),
      call,
    ).toEqual([
      [3, []],
      [3, []],
    ])
    const sum = (kind: 'prompt' | 'completion'): number =>
      runs.reduce((all, { tokens }) => all + tokens[kind], 0)
    expect([served?.finished, sum('prompt'), sum('completion')], call).toEqual([
      6,
      served?.promptTokens,
      served?.completionTokens,
    ])
    expect(served?.promptTokens, call).toBeGreaterThan(0)
    expect(runs.map(({ tokens }) => tokens.answersWithoutUsage)).toEqual([0, 0])
    // Only streams have a first token.
    const firstTokens = runs.map(({ latency: { ttft } }) => ttft?.count ?? 0)
    expect(firstTokens, call).toEqual(streaming.includes(call) ? [3, 0] : [0, 0])
  }
})

it.each(streaming)('a stream of %s is counted by its pieces, and fails where it breaks off', async (call) => {
  const { app } = await startEngine({ backends: [{ minTokens: 8, maxTokens: 8 }] })
  const { body, headers = {} } = calls[call]
  const prompt = {
    history: [],
    system: '',
    text: 'Hi',
    maxTokens: 8,
    temperature: null,
    seed: null,
    stream: true,
  }
  const response = await app.post(
    `/v1${apiCalls[call].path}`,
    { model: 'sim-model', ...body(prompt) },
    headers,
  )
  const read = (text: string) => {
    const reader = createResponseReader(calls[call], 200, 'text/event-stream', true)
    for (const [at, line] of text.split('\n').entries()) reader.push(`${line}\n`, at)
    return reader.end()
  }
  const whole = read(response.text)
  expect(whole).toMatchObject({ outcome: 'ok', deltas: 8, usage: { completionTokens: 8 } })
  expect(whole.gapsMs).toHaveLength(7)
  const events = response.text.split('\n\n')
  const { ends } = calls[call].stream ?? { ends: ['none'] }
  const endAt = events.findIndex((event) => ends.some((end) => event.includes(end)))
  expect(read(events.slice(0, endAt).join('\n\n'))).toMatchObject({
    outcome: 'stream_error',
    detail: `The stream ended without ${ends[0]}`,
  })
  const error = 'data: {"type":"error","error":{"type":"overloaded_error","message":"too much"}}'
  expect(read([...events.slice(0, 3), error].join('\n\n'))).toMatchObject({
    outcome: 'stream_error',
    detail: 'too much',
  })
})

it('a body that has not the form of its call is malformed', () => {
  for (const call of apiCallNames) {
    const reader = createResponseReader(calls[call], 200, 'application/json', false)
    reader.push('{"object":"something else"}', 0)
    expect(reader.end()).toMatchObject({
      outcome: 'malformed',
      detail: `The answer is no ${calls[call].noun}`,
    })
  }
})

it('a URL is the base or that of any call', () => {
  for (const call of apiCallNames)
    expect(baseOf(`http://host/v1${apiCalls[call].path}/`)).toBe('http://host/v1')
  expect(baseOf('http://host/v1//')).toBe('http://host/v1')
})

it('a card of a file that knows no calls makes chat completions', () => {
  const { call: _call, ...before } = defaultScenario
  expect(checkScenario(before)).toMatchObject({ ok: true, value: { call: 'chat' } })
})
