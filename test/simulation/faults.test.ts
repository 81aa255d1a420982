import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../src/simulation/faults/fault.ts'
import type { SimulatedBackendParts } from '../../src/simulation/simulated-backend.ts'
import type { Timer } from '../../src/simulation/timer.ts'
import {
  chatOf,
  connectionError,
  eventData,
  eventually,
  post,
  open,
  readAll,
  startBackend,
} from './start-backend.ts'

const TEN = { minTokens: 10, maxTokens: 10 }
const STREAM = chatOf({ stream: true })

async function startWith(fault: FaultInput, parts: SimulatedBackendParts = {}) {
  const backend = await startBackend({ ...TEN, fault }, parts)
  const ask = (body: object = chatOf(), path = '/chat/completions') => post(backend.baseUrl, path, body)
  return { backend, ask }
}

describe('a fault of a simulated backend', () => {
  it('status: responds with an error and Retry-After', async () => {
    const { backend, ask } = await startWith({ kind: 'status', status: 503, retryAfter: '7' })
    const { status, headers, text } = await ask()
    expect([status, headers['retry-after']]).toEqual([503, '7'])
    expect(JSON.parse(text)).toMatchObject({ error: { code: 503, param: null } })
    expect(backend.served()).toMatchObject({ total: { rejected: 1, finished: 0 }, faults: { status: 1 } })
  })

  it('refuse: accepts no connection, resets the open ones, and listens on the same port afterwards', async () => {
    const backend = await startBackend({ ...TEN, ttftMs: 3_600_000 })
    const client = open(backend.baseUrl, '/chat/completions', STREAM)
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    await backend.setFault({ kind: 'refuse' })
    expect((await readAll(response)).isComplete).toBe(false)
    expect(await connectionError(backend.baseUrl)).toBe('ECONNREFUSED')
    await eventually(() =>
      expect(backend.served()).toMatchObject({ running: 0, total: { broken: 1, requests: 1 } }),
    )
    await backend.setFault(null)
    backend.configure({ ttftMs: 0 })
    expect((await post(backend.baseUrl, '/chat/completions', STREAM)).status).toBe(200)
  })

  it('refuse: is in force from the start', async () => {
    const { backend } = await startWith({ kind: 'refuse' })
    expect(await connectionError(backend.baseUrl)).toBe('ECONNREFUSED')
    await Promise.all([backend.setFault(null), backend.setFault({ kind: 'refuse' }), backend.setFault(null)])
    expect((await post(backend.baseUrl, '/completions', { prompt: 'x' })).status).toBe(200)
  })

  it('reset: resets the connection before any response', async () => {
    const { backend } = await startWith({ kind: 'reset' })
    expect(await connectionError(backend.baseUrl)).toBe('ECONNRESET')
    await eventually(() => expect(backend.served().total).toMatchObject({ broken: 1 }))
  })

  it('hang: never responds, and counts the client that disconnects', async () => {
    const { backend } = await startWith({ kind: 'hang' })
    const client = open(backend.baseUrl, '/chat/completions', chatOf())
    await eventually(() => expect(backend.served().faults.hang).toBe(1))
    expect(backend.served().total).toMatchObject({ requests: 1, finished: 0, aborted: 0 })
    client.destroy()
    await eventually(() => expect(backend.served().total.aborted).toBe(1))
  })

  it('hang: stalls in the middle of a stream', async () => {
    const { backend } = await startWith({ kind: 'hang', afterChunks: 3 })
    const client = open(backend.baseUrl, '/chat/completions', STREAM)
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    let text = ''
    response.on('data', (part: Buffer) => (text += part.toString()))
    await eventually(() => expect(eventData(text)).toHaveLength(3))
    expect(backend.served()).toMatchObject({ running: 1, total: { aborted: 0, broken: 0 } })
    client.destroy()
    await eventually(() => expect(backend.served()).toMatchObject({ running: 0, total: { aborted: 1 } }))
  })

  it.each([0, 1, 4])('die: breaks a stream after %i chunks', async (afterChunks) => {
    const { backend, ask } = await startWith({ kind: 'die', afterChunks })
    const { status, text, isComplete } = await ask(STREAM)
    expect([status, isComplete]).toEqual([200, false])
    expect(eventData(text)).toHaveLength(afterChunks)
    expect(text.split('\n\n')).toHaveLength(afterChunks + 1)
    await eventually(() => expect(backend.served().total).toMatchObject({ broken: 1, completionTokens: 0 }))
  })

  it('die: breaks at the latest before [DONE]', async () => {
    const { ask } = await startWith({ kind: 'die', afterChunks: 1000 })
    const { text, isComplete } = await ask(STREAM)
    expect(eventData(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    expect([text.includes('[DONE]'), isComplete]).toEqual([false, false])
  })

  it('die: breaks inside a chunk or inside a character', async () => {
    const { backend, ask } = await startWith({ kind: 'die', afterChunks: 2, cut: 'chunk' })
    const inChunk = await ask(STREAM)
    expect(inChunk.text).toMatch(/"content":"$/)
    await backend.setFault({ kind: 'die', afterChunks: 2, cut: 'character' })
    const inCharacter = await ask(STREAM)
    expect([...inCharacter.bytes.subarray(-3)]).toEqual([0x22, 0xf0, 0x9f])
    expect(inCharacter.isComplete).toBe(false)
  })

  it('die: breaks an unstreamed response after its headers or after half of its body', async () => {
    const { backend, ask } = await startWith({ kind: 'die' })
    const half = await ask()
    expect([half.status, half.isComplete]).toEqual([200, false])
    expect(half.bytes.length).toBe(Math.floor(Number(half.headers['content-length']) / 2))
    await backend.setFault({ kind: 'die', afterChunks: 0 })
    const none = await ask()
    expect([none.status, none.bytes.length, none.isComplete]).toEqual([200, 0, false])
  })

  it('malformed: sends bytes that are not HTTP', async () => {
    const { backend } = await startWith({ kind: 'malformed', form: 'bytes' })
    expect(await connectionError(backend.baseUrl)).toMatch(/^HPE_/)
    await eventually(() => expect(backend.served().total).toMatchObject({ broken: 1, finished: 0 }))
  })

  it('malformed: sends a body that cannot be parsed', async () => {
    const { ask } = await startWith({ kind: 'malformed' })
    const whole = await ask()
    expect([whole.status, whole.isComplete]).toEqual([200, true])
    expect(() => JSON.parse(whole.text) as unknown).toThrow()
    const streamed = await ask(STREAM)
    expect([streamed.isComplete, streamed.text.includes('[DONE]')]).toEqual([true, false])
    expect(() => eventData(streamed.text)).toThrow()
  })

  it.each([
    [50, 1, 20],
    [1000, 1, 1],
    [2500, 3, 1.2],
  ])(
    'slow-drip: sends the whole response byte by byte, %i a second',
    async (bytesPerSecond, atOnce, waitMs) => {
      const waits: number[] = []
      const timer: Timer = {
        nowMs: () => 0,
        after(delayMs, run) {
          waits.push(delayMs)
          const immediate = setImmediate(run)
          return () => clearImmediate(immediate)
        },
      }
      const { ask } = await startWith({ kind: 'slow-drip', bytesPerSecond }, { timer })
      const streamed = await ask(STREAM)
      expect(streamed.text.endsWith('data: [DONE]\n\n')).toBe(true)
      expect(eventData(streamed.text)).toHaveLength(12)
      expect(new Set(waits)).toEqual(new Set([waitMs]))
      expect(waits).toHaveLength(Math.ceil(streamed.bytes.length / atOnce))
      expect(JSON.parse((await ask()).text)).toMatchObject({ usage: { completion_tokens: 10 } })
    },
  )

  it('error-body: responds with 200 and an error object', async () => {
    const { ask } = await startWith({ kind: 'error-body' })
    const { status, text } = await ask()
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 500 } })
    expect(eventData((await ask(STREAM)).text)).toMatchObject([{ error: { code: 500 } }])
  })

  it('no-done: ends a stream cleanly without its last event, and does not affect unstreamed responses', async () => {
    const { backend, ask } = await startWith({ kind: 'no-done', count: 2 })
    expect(JSON.parse((await ask()).text)).toMatchObject({ usage: { completion_tokens: 10 } })
    const chat = await ask(STREAM)
    expect([chat.isComplete, eventData(chat.text).length, chat.text.includes('[DONE]')]).toEqual([
      true,
      12,
      false,
    ])
    const response = await ask({ input: 'x', stream: true }, '/responses')
    expect(eventData(response.text).at(-1)).toMatchObject({ type: 'response.output_item.done' })
    expect(backend.fault).toBeNull()
    expect(backend.served().total).toMatchObject({ finished: 1, broken: 2, completionTokens: 10 })
  })

  it('gzip: encodes the response although identity was requested', async () => {
    const { ask } = await startWith({ kind: 'gzip' })
    for (const body of [chatOf(), STREAM]) {
      const { headers, bytes, isComplete } = await ask(body)
      expect([headers['content-encoding'], isComplete]).toEqual(['gzip', true])
      expect(gunzipSync(bytes).toString()).toMatch(body === STREAM ? /\[DONE\]\n\n$/ : /"usage"/)
    }
  })

  it('is over after its count', async () => {
    const { backend, ask } = await startWith({ kind: 'status', status: 500, count: 2 })
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([500, 500, 200])
    expect([backend.fault, backend.served().faults.status]).toEqual([null, 2])
  })

  it('affects about its share of the requests, the same ones for the same seed', async () => {
    const { backend, ask } = await startWith({ kind: 'status', status: 500, probability: 0.3 })
    const run = async () => {
      backend.configure({ seed: 11 })
      const statuses: (number | undefined)[] = []
      for (let request = 0; request < 200; request += 1) statuses.push((await ask()).status)
      return statuses
    }
    const statuses = await run()
    const hits = statuses.filter((status) => status === 500).length
    expect(hits).toBeGreaterThan(40)
    expect(hits).toBeLessThan(80)
    expect(await run()).toEqual(statuses)
  })

  it('does not affect /health unless its prefix matches it', async () => {
    const { backend } = await startWith({ kind: 'status', status: 500 })
    const get = async (path: string) => (await fetch(new URL(path, backend.baseUrl))).status
    expect([await get('/health'), await get('/v1/models')]).toEqual([200, 500])
    await backend.setFault({ kind: 'status', status: 500, pathPrefix: '/health' })
    expect([await get('/health'), await get('/v1/models')]).toEqual([500, 200])
  })

  it('is rejected where it is invalid', async () => {
    const backend = await startBackend()
    await expect(backend.setFault({ kind: 'status', status: 200 })).rejects.toThrow()
    await expect(backend.setFault({ kind: 'refuse', probability: 0.5 } as FaultInput)).rejects.toThrow()
    expect(backend.fault).toBeNull()
  })
})
