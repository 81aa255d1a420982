// Runs a load test as the Load Producer does: many calls over one socket, through the bridge and the balancer.
import { expect, it } from 'vitest'
import type { BridgeEvent } from '../../../src/contract/bridge.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { connectPage, startBridge } from '../../support/apps/running-bridge.ts'
import { effort } from '../../support/effort.ts'

const CALLS = effort(2000, 600)
const IN_PARALLEL = 200

async function connectTo(app: RunningApp) {
  const bridge = await startBridge({ environment: { WS_BALANCER: `127.0.0.1:${app.port}` } })
  const page = await connectPage(bridge.url)
  const waiting = new Map<unknown, (event: BridgeEvent) => void>()
  page.socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as BridgeEvent
    if (event.type !== 'stream_start' && event.type !== 'stream_chunk') waiting.get(event.id)?.(event)
  })
  /** @returns the last that is told of the call. */
  const call = (id: number): Promise<BridgeEvent> =>
    new Promise((resolve) => {
      waiting.set(id, resolve)
      page.send({
        id,
        url: `${app.url}/v1/chat/completions`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: chatOf({ stream: true }),
        stream: true,
      })
    })
  return { bridge: bridge.bridge, page, call }
}

it('many calls, 200 in parallel, are as many as the backends have served', async () => {
  const app = await startApp({
    backends: [{ ttftMs: 5 }, { ttftMs: 5 }, { ttftMs: 5 }],
    backendParts: {},
  })
  const { call, bridge } = await connectTo(app)
  const ends: BridgeEvent[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < CALLS) ends.push(await call(next++))
  }
  await Promise.all(Array.from({ length: IN_PARALLEL }, worker))
  expect(ends.filter(({ type }) => type === 'stream_end')).toHaveLength(CALLS)
  expect(new Set(ends.map(({ id }) => id)).size).toBe(CALLS)
  expect(app.arrived()).toBe(CALLS)
  expect(bridge.figures()).toMatchObject({ calls: CALLS, runningCalls: 0, waitingCalls: 0 })
  expect([...bridge.figures().errors]).toEqual([])
  const { stats } = await app.admin.state()
  expect(stats).toMatchObject({ total_requests_served: CALLS, total_errors: 0, total_inflight: 0 })
})

// Longer than the test waits: nothing else ends the calls.
const never = { timeout_seconds: 600, first_byte_timeout_seconds: 600 }

it.each(['cancelled', 'cut off'] as const)(
  'calls that are %s are in flight nowhere, long before any timeout',
  async (how) => {
    const app = await startApp({
      backends: [{ fault: { kind: 'hang' } }, { fault: { kind: 'hang' } }],
      endpoints: never,
    })
    const { call, page, bridge } = await connectTo(app)
    const calls = Array.from({ length: IN_PARALLEL }, (_, id) => call(id))
    await eventually(async () => expect((await app.admin.state()).stats.total_inflight).toBe(IN_PARALLEL))
    if (how === 'cut off') page.socket.terminate()
    else for (let id = 0; id < IN_PARALLEL; id += 1) page.send({ type: 'cancel', id })
    await app.settled()
    await eventually(() => expect(bridge.figures().runningCalls).toBe(0))
    if (how === 'cancelled')
      for (const event of await Promise.all(calls))
        expect(event).toMatchObject({ type: 'error', code: 'cancelled' })
  },
)
