// Random orders of all callbacks of forwarded requests, with dependencies that throw inside them.
import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createInterleavedForwards,
  faults,
  TOTAL_TIMEOUT_MS,
  type Fault,
  type InterleavedForwards,
  type SentRequest,
} from '../../support/gateway/interleaved-forwards.ts'
import { effort } from '../../support/effort.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
})

const EVENTS = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }
const chunks = {
  delta: 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n',
  done: 'data: [DONE]\n\n',
  half: 'data: {"choices":[{"del',
  errorEvent: 'data: {"error":{"message":"failed"}}\n\n',
  json: '{"choices":[]}',
  errorBody: '{"error":{"message":"failed"}}',
  modelMissing: '{"error":{"message":"The model `m` does not exist.","code":404}}',
}

/** Headers and bytes that throw when they are read, as a fault in a response reader would. */
const throwingHeaders = (): Record<string, string> =>
  Object.defineProperty({}, 'content-type', {
    enumerable: true,
    get() {
      throw new Error('injected: headers')
    },
  })
const throwingChunk = (): Buffer =>
  new Proxy(Buffer.from('data: {}\n\n'), {
    get(target, name) {
      if (name === 'indexOf' || name === 'lastIndexOf') throw new Error('injected: chunk')
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })

const index = fc.nat(7)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), stream: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('headers' as const),
      index,
      status: fc.constantFrom(200, 200, 200, 400, 404, 500),
      headers: fc.constantFrom<'events' | 'json' | 'throwing'>('events', 'events', 'json', 'throwing'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('data' as const),
      index,
      chunk: fc.constantFrom<keyof typeof chunks | 'throwing'>(
        ...(Object.keys(chunks) as (keyof typeof chunks)[]),
        'throwing',
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('error' as const),
      index,
      code: fc.constantFrom('ECONNRESET', 'EMFILE', 'UPSTREAM_BODY_TIMEOUT'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const), index }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(50, 200, 450, 1_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('arm' as const), fault: fc.constantFrom(...faults) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Run extends InterleavedForwards {
  readonly sent: SentRequest[]
}

function createRun(failoverAttempts: number): Run {
  return { ...createInterleavedForwards(2, failoverAttempts), sent: [] }
}

const at = <T>(items: readonly T[], position: number): T | undefined => items[position % items.length]

function receive(run: Run, taken: Extract<Step, { kind: 'headers' | 'data' | 'end' | 'error' }>): void {
  const attempt = at(run.open, taken.index)
  if (attempt === undefined) return
  if (taken.kind === 'error') return attempt.error(taken.code)
  if (taken.kind === 'headers') {
    const headers =
      taken.headers === 'events' ? EVENTS : taken.headers === 'json' ? JSON_TYPE : throwingHeaders()
    return attempt.hasHeaders ? undefined : attempt.headers(taken.status, headers)
  }
  if (!attempt.hasHeaders) attempt.headers(200, EVENTS)
  // Failed over, or aborted, at its headers.
  if (!run.open.includes(attempt)) return
  if (taken.kind === 'end') attempt.end()
  else attempt.data(taken.chunk === 'throwing' ? throwingChunk() : Buffer.from(chunks[taken.chunk]))
}

function take(run: Run, taken: Step): void {
  if (taken.kind === 'send') return void run.sent.push(run.send(taken.stream))
  if (taken.kind === 'arm') return void run.armed.add(taken.fault)
  if (taken.kind === 'advance') return void vi.advanceTimersByTime(taken.ms)
  if (taken.kind === 'close') return at(run.sent, taken.index)?.client.close()
  if (taken.kind === 'drain') return at(run.sent, taken.index)?.client.drain()
  receive(run, taken)
}

/** Ends what is still open: every attempt fails, and the time of every request expires. */
async function finishAll(run: Run): Promise<void> {
  run.armed.clear()
  for (let round = 0; round < 50 && run.open.length > 0; round += 1) {
    run.open[0]?.error('ECONNRESET')
    await Promise.resolve()
  }
  vi.advanceTimersByTime(2 * TOTAL_TIMEOUT_MS)
  await Promise.resolve()
}

function checkEnd(run: Run): void {
  expect(run.inflight()).toEqual([0, 0, 0])
  expect(run.waiting()).toBe(0)
  for (const count of run.settlements.values()) expect(count).toBe(1)
  for (const { client, reports } of run.sent) {
    expect(client.isOver()).toBe(true)
    expect(client.lateCalls).toEqual([])
    expect(client.endings()).toBeLessThanOrEqual(1)
    expect(reports).toBe(1)
  }
}

async function check(steps: readonly Step[], failoverAttempts: number): Promise<void> {
  vi.clearAllTimers()
  const run = createRun(failoverAttempts)
  const escaped: unknown[] = []
  for (const taken of steps) {
    try {
      take(run, taken)
    } catch (error) {
      escaped.push(error)
    }
    // A dispatch that throws is reported in a microtask.
    await Promise.resolve()
    expect(run.starved()).toEqual([])
    // A lease whose request was not sent would be held until the time of the request expires.
    expect(run.inflight()[0]).toBeLessThanOrEqual(run.open.length)
  }
  await finishAll(run)
  checkEnd(run)
  // An error that leaves a callback reaches undici, a timer or a socket, which cannot answer the client.
  expect(escaped).toEqual([])
}

describe('forwarded requests', () => {
  it('settle each lease once, serve the queue and report once in any order of their callbacks', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.nat(2), check), {
      numRuns: effort(300, 100),
    })
  })

  it.each<Fault>([...faults])('survive a throw of %s at the first request', async (fault) => {
    await check(
      [
        { kind: 'arm', fault },
        { kind: 'send', stream: true },
        { kind: 'send', stream: true },
        { kind: 'send', stream: true },
        { kind: 'data', index: 0, chunk: 'delta' },
        { kind: 'data', index: 0, chunk: 'done' },
        { kind: 'end', index: 0 },
      ],
      1,
    )
  })

  it('are moved once from an endpoint that sends no byte, and its later callbacks are ignored', async () => {
    vi.clearAllTimers()
    const run = createRun(2)
    run.sent.push(run.send(true))
    const [hung] = run.open
    hung?.headers(200, EVENTS)
    vi.advanceTimersByTime(300)
    expect(run.state.endpoint(1).watch.hang).not.toBeNull()
    expect(run.inflight()).toEqual([1, 0, 1])
    const [taken] = run.open
    expect(run.open).toHaveLength(1)
    expect(taken).not.toBe(hung)
    vi.advanceTimersByTime(300)
    expect(run.inflight()).toEqual([1, 0, 1])
    hung?.data(Buffer.from(chunks.delta))
    taken?.headers(200, EVENTS)
    taken?.data(Buffer.from(chunks.delta))
    taken?.data(Buffer.from(chunks.done))
    taken?.end()
    await finishAll(run)
    checkEnd(run)
    expect(run.settlements.size).toBe(2)
  })

  it('serve the next in the queue when the pool of the one that is served throws', async () => {
    await check(
      [
        { kind: 'send', stream: false },
        { kind: 'send', stream: false },
        { kind: 'send', stream: false },
        { kind: 'send', stream: false },
        { kind: 'arm', fault: 'pools.of' },
        { kind: 'error', index: 0, code: 'ECONNRESET' },
        { kind: 'send', stream: false },
      ],
      0,
    )
  })
})
