// The page's link to its engine, over a real bridge: when the engine has the page's files.
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { createEngineLink } from '../../../../public/load-producer/connection/engine-link.ts'
import type { Socket } from '../../../../public/load-producer/connection/reconnecting-socket.ts'
import { defaultScenario } from '../../../../src/load-engine/model/scenario.ts'
import { systemTimer } from '../../../../src/load-engine/platform/engine-timer.ts'
import type { Report } from '../../../../src/load-engine/protocol/messages.ts'
import { jsonResponse } from '../../../conformance/responses.ts'
import { eventually } from '../../../support/apps/running-app.ts'
import { startBridge } from '../../../support/apps/running-bridge.ts'

const ANSWER = JSON.stringify({ choices: [{ message: { content: 'hi' } }] })
const TRACE = 'TIMESTAMP,ContextTokens,GeneratedTokens\n0,5,3\n1,7,4\n'

async function openLink(url: string) {
  const reports: Report[] = []
  const losses: string[] = []
  const link = createEngineLink({
    openSocket: (to, protocols) => new WebSocket(to, protocols, { origin: url }) as unknown as Socket,
    explainRefusal: () => Promise.resolve(''),
    timer: systemTimer,
    random: () => 0,
    onStatus: () => undefined,
    onReport: (report) => void reports.push(report),
    onLost: (reason) => void losses.push(reason),
  })
  link.connect(`${url.replace('http', 'ws')}/ws`, '')
  await expect.poll(link.isOpen).toBe(true)
  losses.length = 0
  const count = (type: Report['type']): number => reports.filter((report) => report.type === type).length
  return { link, reports, losses, count }
}

/** Waits until the page has an engine: without one, its questions are refused. */
const getsEngine = ({ link, count }: Awaited<ReturnType<typeof openLink>>) =>
  expect
    .poll(() => {
      link.send({ type: 'read_log', requestId: 'l' })
      return count('log')
    })
    .toBeGreaterThan(0)

it('gives the engine back while there are files alone, and sends them again before a card starts', async () => {
  const { url, target } = await startBridge({
    tuning: { maxEngines: 1 },
    script: async ({ write }) => void (await write(jsonResponse(ANSWER))),
  })
  const [first, second] = [await openLink(url), await openLink(url)]
  first.link.load({ type: 'load_trace', requestId: 'r', traceId: 't', file: 't' }, new Blob([TRACE]))
  await expect.poll(() => first.count('trace_loaded')).toBe(1)
  // The engine of the first page ends a moment after its answer; the second asks until there is a place for it.
  await expect
    .poll(() => {
      second.link.send({ type: 'probe', requestId: 'p', url: `${target}/v1`, key: '' })
      return second.count('probed')
    })
    .toBeGreaterThan(0)
  const scenario = {
    ...{ ...defaultScenario, url: `${target}/v1`, model: 'a', stream: false, requests: 2 },
    arrival: { kind: 'replay', traceId: 't', traceName: '', speed: 1_000 },
  }
  // That of the second ends a moment after its answer too.
  await eventually(async () => {
    const losses = first.losses.length
    first.link.send({ type: 'start', cardId: 'a', scenario })
    await expect.poll(() => first.count('ended') + first.losses.length).toBeGreaterThan(losses)
    expect(first.count('ended')).toBe(1)
  })
  expect(first.reports).toContainEqual({ type: 'ended', cardId: 'a', state: 'finished' })
  second.losses.length = 0
  second.link.send({ type: 'read_log', requestId: 'l' })
  await expect.poll(() => second.losses).toEqual(['the bridge runs load for as many pages as it may'])
  first.link.send({ type: 'reset', cardId: 'a' })
  await getsEngine(second)
  onTestFinished(() => first.link.connect('ws://127.0.0.1:1', ''))
})

it('gives the engine back after a start that was refused: no card has figures', async () => {
  const { url, target } = await startBridge({ tuning: { maxEngines: 1 } })
  const [first, second] = [await openLink(url), await openLink(url)]
  first.link.load({ type: 'load_trace', requestId: 'r', traceId: 't', file: 't' }, new Blob([TRACE]))
  const scenario = { ...defaultScenario, url: `${target}/v1`, model: 'a', maxParallel: 0 }
  // It waits until the engine has read the file.
  first.link.send({ type: 'start', cardId: 'a', scenario })
  await expect
    .poll(() => first.reports)
    .toContainEqual({
      ...{ type: 'refused', cardId: 'a', hasFigures: false },
      faults: [expect.objectContaining({ path: 'maxParallel' })],
    })
  expect(first.count('trace_loaded')).toBe(1)
  await getsEngine(second)
  onTestFinished(() => first.link.connect('ws://127.0.0.1:1', ''))
})
