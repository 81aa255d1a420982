// Sends the soak's traffic at a constant rate and counts the responses on the clients' side.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool, type Dispatcher } from 'undici'
import { drawRequest, isWhole, type SoakRequest } from './soak-request.ts'

export interface Traffic {
  /** Sends until the signal, then waits for the last response. */
  run(untilMs: number): Promise<void>
  /** Requests by what became of them. */
  readonly outcomes: Map<string, number>
  /** Whole responses with status 200, by the endpoint that gave them. */
  readonly whole: Map<string, number>
  /** Responses of an endpoint that refused the request as the client's fault, by endpoint. */
  readonly refused: Map<string, number>
  /** Requests that came to nothing with a status of a failure, by their ids. */
  readonly failed: Set<string>
  /** Starts the books anew. */
  reset(): void
}

interface TrafficOptions {
  readonly port: number
  readonly tokens: readonly string[]
  readonly perSecond: number
  readonly random: () => number
}

const TICK_MS = 10
const MAX_OPEN = 1_000
// In the response.completed event the type precedes the text.
const TAIL_BYTES = 4_096
const MAX_EARLY_MS = 300
const MAX_MID_STREAM_CHUNKS = 12
const SIP_BYTES = 16_384
const SIP_PAUSE_MS = 200

const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)

interface SoakResponse {
  readonly status: number
  readonly requestId: string
  readonly endpoint: string
  /** Endpoints that were asked. */
  readonly attempts: string
  readonly tail: string
  readonly end: 'clean' | 'broken' | 'left'
}

function exchange(
  pool: Pool,
  request: SoakRequest,
  token: string,
  random: () => number,
): Promise<SoakResponse> {
  return new Promise((resolve) => {
    let status = 0
    let requestId = ''
    let endpoint = ''
    let attempts = ''
    let tail = Buffer.alloc(0)
    let controller: Dispatcher.DispatchController | undefined
    let isOver = false
    const end = (how: SoakResponse['end']): void => {
      isOver = true
      clearTimeout(leaving)
      resolve({ status, requestId, endpoint, attempts, tail: tail.toString(), end: how })
    }
    const cancel = (): void => {
      end('left')
      controller?.abort(new Error('left'))
    }
    const leaving =
      request.manner === 'leaves early' ? setTimeout(cancel, random() * MAX_EARLY_MS) : undefined
    let chunksLeft =
      request.manner === 'leaves mid-stream' ? 1 + Math.floor(random() * MAX_MID_STREAM_CHUNKS) : Infinity
    let sipped = 0
    pool.dispatch(
      {
        method: 'POST',
        path: request.path,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: request.body,
      },
      {
        onRequestStart(started) {
          controller = started
          if (isOver) started.abort(new Error('left'))
        },
        onResponseStart(_controller, code, headers) {
          status = code
          requestId = String(headers['x-request-id'])
          endpoint = String(headers['x-lb-endpoint'] ?? '')
          attempts = String(headers['x-lb-attempts'] ?? '0')
        },
        onResponseData(running, chunk) {
          tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
          chunksLeft -= 1
          if (chunksLeft <= 0 && !isOver) return cancel()
          sipped += chunk.length
          if (request.manner !== 'sips' || sipped < SIP_BYTES) return
          sipped = 0
          running.pause()
          setTimeout(() => running.resume(), SIP_PAUSE_MS)
        },
        onResponseEnd: () => end('clean'),
        onResponseError: () => end('broken'),
      },
    )
  })
}

function describe(request: SoakRequest, { status, attempts, tail, end }: SoakResponse): string {
  if (end === 'left') return request.manner === 'leaves early' ? 'left early' : 'left mid-stream'
  if (end === 'broken') return status === 0 ? 'no response' : 'cut off'
  if (status >= 500) return `status ${status} after ${attempts} attempts`
  if (status !== 200) return `status ${status}`
  return isWhole(request, tail) ? 'whole' : 'ended with an error event'
}

export function createTraffic({ port, tokens, perSecond, random }: TrafficOptions): Traffic {
  const outcomes = new Map<string, number>()
  const whole = new Map<string, number>()
  const refused = new Map<string, number>()
  const failed = new Set<string>()
  let open = 0

  const send = async (pool: Pool): Promise<void> => {
    const request = drawRequest(random())
    const known = tokens[Math.floor(random() * tokens.length)] ?? ''
    const response = await exchange(pool, request, request.hasWrongToken ? 'not-a-token' : known, random)
    const outcome = describe(request, response)
    count(outcomes, outcome)
    if (outcome === 'whole') count(whole, response.endpoint)
    if (response.status >= 429) failed.add(response.requestId)
    if (response.status === 400 && response.endpoint !== '') count(refused, response.endpoint)
  }

  return {
    outcomes,
    whole,
    refused,
    failed,
    async run(untilMs) {
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1, allowH2: false })
      const startMs = performance.now()
      const sent = new Set<Promise<void>>()
      for (let due = 0; performance.now() < untilMs; await delay(TICK_MS)) {
        for (; due < ((performance.now() - startMs) / 1000) * perSecond; due += 1) {
          if (open >= MAX_OPEN) {
            count(outcomes, 'not sent: too many open')
            continue
          }
          open += 1
          const one = send(pool).finally(() => {
            open -= 1
            sent.delete(one)
          })
          sent.add(one)
        }
      }
      await Promise.all(sent)
      await pool.close()
    },
    reset() {
      for (const book of [outcomes, whole, refused, failed]) book.clear()
    },
  }
}
