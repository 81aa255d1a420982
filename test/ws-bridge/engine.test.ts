// The load engine of a page, over its WebSocket: runs, files, refusals, and its end.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_ENGINE_CARDS, type EngineEvent, type EngineMessage } from '../../src/contract/load-engine.ts'
import { defaultScenario, type Scenario } from '../../src/load-engine/model/scenario.ts'
import type { Report } from '../../src/load-engine/protocol/messages.ts'
import { createFileParts } from '../../src/ws-bridge/engine/file-parts.ts'
import { jsonResponse } from '../conformance/responses.ts'
import { eventually } from '../support/apps/running-app.ts'
import { startBridge } from '../support/apps/running-bridge.ts'
import { listenAsUpstream } from '../support/upstreams/http-upstream.ts'

type Received =
  | EngineEvent<Report>
  | { readonly type: 'error'; readonly error: string; readonly code: string }
type ReportOf<Type extends Report['type']> = Extract<Report, { readonly type: Type }>

const ANSWER = JSON.stringify({
  choices: [{ message: { content: 'hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
})

async function open(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { origin: url } })
  onTestFinished(() => socket.terminate())
  const received: Received[] = []
  socket.on('message', (data: Buffer) => void received.push(JSON.parse(data.toString()) as Received))
  await once(socket, 'open')
  const reportsOf = <Type extends Report['type']>(type: Type) =>
    received
      .map((message) => (message.type === 'engine' ? message.report : undefined))
      .filter((report): report is ReportOf<Type> => report?.type === type)
  return {
    socket,
    received,
    reportsOf,
    send: (message: EngineMessage | object) => socket.send(JSON.stringify(message)),
    command: (command: object) => socket.send(JSON.stringify({ type: 'engine', command })),
    next: async <Type extends Report['type']>(type: Type): Promise<ReportOf<Type>> => {
      await expect.poll(() => reportsOf(type).length).toBeGreaterThan(0)
      return reportsOf(type).at(-1) as ReportOf<Type>
    },
    failure: async () => {
      await expect.poll(() => received.filter(({ type }) => type === 'engine_failed')).not.toEqual([])
      return received.find((message) => message.type === 'engine_failed')
    },
  }
}

/** Asks until the bridge has a place for the page. */
const untilAnswered = (page: Awaited<ReturnType<typeof open>>) =>
  eventually(async () => {
    page.command({ type: 'read_log', requestId: 'again' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(page.reportsOf('log')).not.toEqual([])
  })

const scenarioFor = (target: string, fields: Partial<Scenario> = {}): Scenario => ({
  ...defaultScenario,
  url: `${target}/v1`,
  model: 'a-model',
  stream: false,
  requests: 20,
  maxParallel: 4,
  ...fields,
})

describe('the engine of a page', () => {
  it('runs a card, reports it, and is counted among the calls of the bridge', async () => {
    const { url, target, bridge, upstream } = await startBridge({
      script: async ({ write }) => void (await write(jsonResponse(ANSWER))),
    })
    const page = await open(url)
    page.command({ type: 'start', cardId: 'a', scenario: scenarioFor(target) })
    expect(await page.next('ended')).toEqual({ type: 'ended', cardId: 'a', state: 'finished' })
    expect(upstream.exchanges).toHaveLength(20)
    page.command({ type: 'collect', requestId: 'r', name: 'mine' })
    expect((await page.next('collected')).run).toMatchObject({
      name: 'mine',
      cards: [{ counts: { ok: 20, failed: 0 }, tokens: { prompt: 60, completion: 40 } }],
    })
    await eventually(() => expect(bridge.figures()).toMatchObject({ calls: 20, runningCalls: 0 }))
    page.socket.terminate()
    await eventually(() => expect(bridge.figures()).toMatchObject({ calls: 20, openConnections: 0 }))
  })

  it('ends with the socket, and its requests end upstream', async () => {
    const { baseUrl, sockets } = await listenAsUpstream(createServer(() => undefined))
    const { url, bridge } = await startBridge({ environment: { WS_BALANCER: new URL(baseUrl).host } })
    const page = await open(url)
    page.command({
      ...{ type: 'start', cardId: 'a' },
      scenario: scenarioFor(new URL(baseUrl).origin, { maxParallel: 8 }),
    })
    await expect.poll(() => sockets.size).toBe(8)
    page.socket.terminate()
    await expect.poll(() => [...sockets].filter((socket) => !socket.destroyed)).toEqual([])
    await expect.poll(() => bridge.figures().runningCalls).toBe(0)
  })

  it('sends to allowed targets alone', async () => {
    const { url, upstream } = await startBridge({ environment: { WS_BALANCER: '127.0.0.1:1' } })
    const page = await open(url)
    page.command({
      ...{ type: 'start', cardId: 'a' },
      scenario: scenarioFor(`http://127.0.0.1:${upstream.port}`, { requests: 3 }),
    })
    await page.next('ended')
    page.command({ type: 'collect', requestId: 'r', name: '' })
    const { run } = await page.next('collected')
    expect(run.cards[0]?.failures).toMatchObject([
      { kind: 'refused', count: 3, example: expect.stringContaining('not among the targets') as string },
    ])
    expect(upstream.exchanges).toHaveLength(0)
  })

  it('reads a trace that is sent in parts', async () => {
    const { url } = await startBridge()
    const page = await open(url)
    const text = 'TIMESTAMP,ContextTokens,GeneratedTokens\n0,5,3\n1,7,4\n'
    for (const part of [text.slice(0, 30), text.slice(30)])
      page.send({ type: 'engine_file', file: 'f', text: part })
    page.command({ type: 'load_trace', requestId: 'r', traceId: 't', file: 'f' })
    expect(await page.next('trace_loaded')).toMatchObject({
      ...{ requestId: 'r', traceId: 't' },
      result: { ok: true, facts: { rows: 2, inputTokens: 12, outputTokens: 7 } },
    })
  })

  it.each([
    ['a field that is missing', { type: 'engine', command: { type: 'stop' } }],
    ['a command that there is not', { type: 'engine', command: { type: 'fly', cardId: 'a' } }],
    ['another member', { type: 'engine', command: { type: 'stop_all', now: true } }],
    ['an id without end', { type: 'engine', command: { type: 'stop', cardId: 'a'.repeat(101) } }],
    ['another message', { type: 'engine_start' }],
  ])('refuses %s, and goes on', async (_name, message) => {
    const { url } = await startBridge()
    const page = await open(url)
    page.send(message)
    await expect.poll(() => page.received).toMatchObject([{ type: 'error', code: 'bad_request' }])
    page.command({ type: 'read_log', requestId: 'r' })
    expect(await page.next('log')).toMatchObject({ entries: [] })
  })

  it('says which fields of a scenario cannot be used', async () => {
    const { url, target } = await startBridge()
    const page = await open(url)
    page.command({ type: 'start', cardId: 'a', scenario: { ...scenarioFor(target), maxParallel: 0 } })
    expect(await page.next('refused')).toMatchObject({ cardId: 'a', faults: [{ path: 'maxParallel' }] })
  })

  it('has a bounded number of cards with figures, among which no refused start counts', async () => {
    const { url, target } = await startBridge({
      script: async ({ write }) => void (await write(jsonResponse(ANSWER))),
    })
    const page = await open(url)
    const start = (cardId: string, fields: Partial<Scenario>) =>
      page.command({ type: 'start', cardId, scenario: scenarioFor(target, fields) })
    for (let n = 0; n < MAX_ENGINE_CARDS; n += 1) start(`refused ${n}`, { maxParallel: 0 })
    for (let n = 0; n < MAX_ENGINE_CARDS; n += 1) start(`card ${n}`, { requests: 1 })
    await expect.poll(() => page.reportsOf('ended').length).toBe(MAX_ENGINE_CARDS)
    expect(page.reportsOf('refused').map(({ hasFigures }) => hasFigures)).toEqual(
      Array.from({ length: MAX_ENGINE_CARDS }, () => false),
    )
    start('one more', { requests: 1 })
    await expect
      .poll(() => page.reportsOf('refused').at(-1))
      .toMatchObject({
        ...{ cardId: 'one more', hasFigures: false },
        faults: [{ message: 'there are at most 200 cards with figures: reset some' }],
      })
    page.command({ type: 'reset', cardId: 'card 0' })
    start('card 1', { maxParallel: 0 })
    await expect
      .poll(() => page.reportsOf('refused').at(-1))
      .toMatchObject({ cardId: 'card 1', hasFigures: true })
    start('one more', { requests: 1 })
    await expect.poll(() => page.reportsOf('ended').at(-1)).toMatchObject({ cardId: 'one more' })
  })

  it('is one of a bounded number, which one that leaves makes free', async () => {
    const { url, target, upstream } = await startBridge({
      tuning: { maxEngines: 1 },
      script: () => undefined,
    })
    const [first, second] = [await open(url), await open(url)]
    first.command({ type: 'start', cardId: 'a', scenario: scenarioFor(target) })
    await upstream.exchange(0)
    second.command({ type: 'read_log', requestId: 'r' })
    expect(await second.failure()).toEqual({
      ...{ type: 'engine_failed', error: 'the bridge runs load for as many pages as it may' },
    })
    first.socket.terminate()
    await untilAnswered(second)
  })

  it('gives its place back when it has neither figures nor files, and all that was asked for has come', async () => {
    const { url, target } = await startBridge({
      tuning: { maxEngines: 1 },
      script: async ({ write }) => void (await write(jsonResponse(ANSWER))),
    })
    const [first, second, third] = [await open(url), await open(url), await open(url)]
    first.command({ type: 'start', cardId: 'a', scenario: scenarioFor(target) })
    await first.next('ended')
    second.command({ type: 'read_log', requestId: 'refused' })
    await second.failure()
    first.command({ type: 'reset', cardId: 'a' })
    await expect.poll(() => first.reportsOf('snapshot').at(-1)?.snapshot.total.counts.ok).toBe(0)
    await untilAnswered(second)
    await untilAnswered(third)
    const text = 'TIMESTAMP,ContextTokens,GeneratedTokens\n0,5,3\n'
    third.send({ type: 'engine_file', file: 'f', text })
    third.command({ type: 'load_trace', requestId: 't', traceId: 't', file: 'f' })
    expect((await third.next('trace_loaded')).result).toMatchObject({ ok: true })
    const fourth = await open(url)
    fourth.command({ type: 'read_log', requestId: 'refused' })
    await fourth.failure()
  })

  it('ends when the bridge shuts down, and tells the page', async () => {
    const { url, target, bridge, upstream } = await startBridge({ script: () => undefined })
    const page = await open(url)
    page.command({ type: 'start', cardId: 'a', scenario: scenarioFor(target) })
    await upstream.exchange(3)
    await bridge.drain(0)
    expect(await page.failure()).toMatchObject({ error: 'the bridge is shutting down' })
  })
})

describe('files in parts', () => {
  it('are whole once they are taken, and dropped where they are too large together', async () => {
    const files = createFileParts(10)
    for (const [file, text] of [
      ['a', 'abc'],
      ['b', 'x'],
      ['a', 'def'],
    ] as const)
      files.add(file, text)
    files.add('b', 'y'.repeat(4))
    files.add('b', 'z')
    expect(files.take('b')).toBeUndefined()
    expect(await files.take('a')?.text()).toBe('abcdef')
    files.add('c', 'y'.repeat(10))
    expect(await files.take('c')?.text()).toBe('y'.repeat(10))
  })
})
