// The transport of the engine against real servers: streams cut anywhere, failures by kind, cancels, and exact counts.
import fc from 'fast-check'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { BridgeErrorCode } from '../../../src/contract/bridge.ts'
import type { ResponseHeaders } from '../../../src/http/upstream/response-head.ts'
import { systemTimer } from '../../../src/load-engine/platform/engine-timer.ts'
import { callError } from '../../../src/load-engine/transport/call-error.ts'
import { createHttpTransport, type HttpTransport } from '../../../src/load-engine/transport/http-transport.ts'
import type { HttpCall } from '../../../src/load-engine/transport/transport.ts'
import { eventually } from '../../support/apps/running-app.ts'
import { listenAsUpstream, startRawUpstream, startUpstream } from '../../support/upstreams/http-upstream.ts'

interface Options {
  readonly maxConcurrent?: number
  readonly timeoutMs?: number
}

function openTransport({ maxConcurrent = 1_000, timeoutMs = 60_000 }: Options = {}): HttpTransport {
  const transport = createHttpTransport({
    nowMs: systemTimer.nowMs,
    maxConcurrent,
    timeoutMs,
    resolveTarget: ({ origin, pathname, search, port }) =>
      port === '1'
        ? Promise.reject(callError('refused_target', 'is not among the targets'))
        : Promise.resolve({
            origin,
            path: pathname + search,
            addresses: [{ address: '127.0.0.1', family: 4 }],
            verifyTls: true,
          }),
  })
  onTestFinished(transport.destroy)
  return transport
}

const callTo = (url: string, fields: Partial<HttpCall> = {}): HttpCall => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{}',
  stream: true,
  timeoutMs: 60_000,
  ...fields,
})

interface Outcome {
  status?: number
  headers?: ResponseHeaders
  text: string
  code?: BridgeErrorCode
  readonly timesMs: number[]
}

/** Makes a call to its end. */
function finish(transport: HttpTransport, call: HttpCall): Promise<Outcome> {
  const outcome: Outcome = { text: '', timesMs: [systemTimer.nowMs()] }
  return new Promise((resolve) => {
    transport.call(call, {
      onHead(status, headers, atMs) {
        outcome.status = status
        outcome.headers = headers
        outcome.timesMs.push(atMs)
      },
      onText(text, atMs) {
        outcome.text += text
        outcome.timesMs.push(atMs)
      },
      onEnd(atMs) {
        outcome.timesMs.push(atMs)
        resolve(outcome)
      },
      onError(code, _message, atMs) {
        outcome.code = code
        outcome.timesMs.push(atMs)
        resolve(outcome)
      },
    })
  })
}

const isAscending = (times: readonly number[]): boolean =>
  times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))

describe('a stream', () => {
  const TEXT = 'data: {"text":"Grüße aus 東京 🌍"}\n\ndata: [DONE]\n\n'

  it('gives the same text wherever its bytes are cut, with times in order', async () => {
    const bytes = Buffer.from(TEXT)
    let parts: readonly Buffer[] = []
    const send = async (response: ServerResponse): Promise<void> => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const part of parts) await new Promise<void>((sent) => response.write(part, () => sent()))
      response.end()
    }
    const { baseUrl } = await startUpstream((_request, response) => void send(response))
    const transport = openTransport()
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [0, ...places.toSorted((a, b) => a - b), bytes.length]
        parts = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end))
        const { text, status, timesMs } = await finish(transport, callTo(baseUrl))
        expect([status, text]).toEqual([200, TEXT])
        expect(isAscending(timesMs)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('that breaks off is a failure of the network, with the text before', async () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'
    for (const cut of [head, `${head}5\r\nwo`, `${head}5`]) {
      const { baseUrl } = await startRawUpstream((socket: Socket) => void socket.end(cut))
      expect(await finish(openTransport(), callTo(baseUrl))).toMatchObject({ status: 200, code: 'network' })
    }
  })
})

describe('a failure has its kind:', () => {
  const codeOf = async (url: string, fields: Partial<HttpCall> = {}, options: Options = {}) => {
    const transport = openTransport(options)
    const { code } = await finish(transport, callTo(url, fields))
    expect(transport.figures()).toMatchObject({
      calls: 1,
      running: 0,
      waiting: 0,
      errors: { [code ?? '']: 1 },
    })
    return code
  }
  const silent = () => startUpstream(() => undefined)

  it('timeout, of the call or of the transport', async () => {
    expect(await codeOf((await silent()).baseUrl, { timeoutMs: 20 })).toBe('timeout')
    expect(await codeOf((await silent()).baseUrl, {}, { timeoutMs: 20 })).toBe('timeout')
  })

  it('network, where the target refuses or resets the connection, or sends no HTTP', async () => {
    const closed = await startUpstream(() => undefined)
    const gone = createServer()
    const { baseUrl } = await listenAsUpstream(gone)
    await new Promise((resolve) => gone.close(resolve))
    expect(await codeOf(baseUrl)).toBe('network')
    expect(await codeOf((await startRawUpstream((socket) => socket.resetAndDestroy())).baseUrl)).toBe(
      'network',
    )
    expect(await codeOf((await startRawUpstream((socket) => void socket.end('SSH-2.0\r\n'))).baseUrl)).toBe(
      'network',
    )
    expect(closed.sockets.size).toBe(0)
  })

  it('network, where the body is encoded', async () => {
    const { baseUrl } = await startUpstream((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    )
    expect(await codeOf(baseUrl)).toBe('network')
  })

  it('refused_target, as the policy says, and bad_request for what is no URL', async () => {
    expect(await codeOf('http://127.0.0.1:1/v1')).toBe('refused_target')
    expect(await codeOf('ftp://127.0.0.1/v1')).toBe('bad_request')
    expect(await codeOf('http://user:password@127.0.0.1/v1')).toBe('bad_request')
  })

  it('but an error status is a response', async () => {
    const { baseUrl } = await startUpstream((_request, response) => response.writeHead(503).end('no'))
    expect(await finish(openTransport(), callTo(baseUrl))).toMatchObject({ status: 503, text: 'no' })
  })
})

it('a cancelled call ends upstream too, and tells nothing more', async () => {
  const { baseUrl, sockets } = await startUpstream(() => undefined)
  const transport = openTransport()
  const events: string[] = []
  const listener = {
    onHead: () => void events.push('head'),
    onText: () => void events.push('text'),
    onEnd: () => void events.push('end'),
    onError: () => void events.push('error'),
  }
  const cancels = Array.from({ length: 10 }, () => transport.call(callTo(baseUrl), listener))
  await eventually(() => expect(sockets.size).toBe(10))
  for (const cancel of cancels) cancel()
  await eventually(() => expect([...sockets].filter((socket) => !socket.destroyed)).toEqual([]))
  expect(events).toEqual([])
  expect(transport.figures()).toEqual({ calls: 10, running: 0, waiting: 0, errors: {} })
})

it('2,000 calls at 200 at once arrive once each, on no more than 200 connections', async () => {
  let arrived = 0
  let open = 0
  let mostOpen = 0
  const respond = (_request: IncomingMessage, response: ServerResponse): void => {
    arrived += 1
    open += 1
    mostOpen = Math.max(mostOpen, open)
    setImmediate(() => {
      open -= 1
      response.end('{"ok":true}')
    })
  }
  const { baseUrl, sockets } = await startUpstream(respond)
  const transport = openTransport({ maxConcurrent: 200 })
  const outcomes = await Promise.all(Array.from({ length: 2_000 }, () => finish(transport, callTo(baseUrl))))
  expect(outcomes.filter(({ text }) => text === '{"ok":true}')).toHaveLength(2_000)
  expect(arrived).toBe(2_000)
  expect(mostOpen).toBeLessThanOrEqual(200)
  expect(sockets.size).toBeLessThanOrEqual(200)
  expect(transport.figures()).toEqual({ calls: 2_000, running: 0, waiting: 0, errors: {} })
})

it('a request arrives as it was made, whatever was sent before it', async () => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => void parts.push(part))
    request.on('end', () => {
      const { method, url, headers } = request
      const { authorization, 'content-length': length, 'accept-encoding': encoding } = headers
      const body = Buffer.concat(parts).toString()
      response.end(JSON.stringify({ method, url, authorization, length, encoding, body }))
    })
  })
  const { baseUrl } = await listenAsUpstream(server)
  const transport = openTransport()
  const [one, other] = [{ authorization: 'Bearer one' }, { authorization: 'Bearer other' }]
  const calls: HttpCall[] = [
    ...['{}', '"Grüße aus 東京 🌍"', 'x'.repeat(20_000), 'ü'.repeat(20_000), ''].map((body) =>
      callTo(`${baseUrl}/a`, { headers: one, body }),
    ),
    callTo(`${baseUrl}/a`, { headers: other, body: '{}' }),
    callTo(`${baseUrl}/b?c=d`, { headers: one, body: '{}' }),
    { url: `${baseUrl}/a`, method: 'GET', headers: one, stream: false, timeoutMs: 60_000 },
  ]
  // Each twice in a row, and then in turn.
  for (const call of [...calls.flatMap((call) => [call, call]), ...calls]) {
    const { text } = await finish(transport, call)
    expect(JSON.parse(text)).toEqual({
      ...{ method: call.method, url: new URL(call.url).pathname + new URL(call.url).search },
      ...{ authorization: call.headers['authorization'], encoding: 'identity' },
      ...(call.body === undefined ? {} : { length: String(Buffer.byteLength(call.body)) }),
      body: call.body ?? '',
    })
  }
})
