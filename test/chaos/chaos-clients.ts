// Clients of four kinds. Each sends one request and says what came of it.
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { drawInteger, type Random } from '../../src/simulation/random.ts'
import { DEADLY } from './chaos-conditions.ts'

export const clientKinds = ['patient', 'impatient', 'malicious', 'slow'] as const
export type ClientKind = (typeof clientKinds)[number]

export interface Sent {
  readonly kind: ClientKind
  readonly requestId: string
  readonly path: string
  /** The last bytes of the response. */
  readonly tail: string
  /** 0 where no response came. */
  readonly status: number
  /** Name of the endpoint that responded; empty where none is named. */
  readonly endpoint: string
  readonly end: 'clean' | 'broken' | 'left' | 'stuck'
  /** Whether a response of status 200 is complete. */
  readonly isWhole: boolean
  /** Whether a stream says itself that it failed. */
  readonly hasErrorEvent: boolean
}

interface Shape {
  readonly path: string
  readonly body: string
  /** An impatient client leaves after so many milliseconds. */
  readonly leavesAfterMs?: number
  readonly token?: string
}

// An impatient client leaves long before the end of its response, a second, so that no backend finishes it first; and a
// backend that works on afterwards is free again soon enough for those that wait there.
const ENDLESS = { max_tokens: 1_000, ignore_eos: true }
/** A client to which nothing comes for so long is stuck. */
const STUCK_MS = 60_000
const SIP_PAUSE_MS = 20
const TAIL = 120
const chat = (fields: object) =>
  JSON.stringify({ model: 'sim-model', messages: [{ role: 'user', content: 'Say something.' }], ...fields })

function drawValid(random: Random): Shape {
  const stream = random() < 0.6
  // As prompts differ: equal requests share the blame for connections that break.
  const salt = drawInteger(random, 0, 1e9)
  const schema = { type: 'object', properties: { a: { type: 'integer' }, b: { enum: ['x', 'y'] } } }
  const shapes: readonly Shape[] = [
    { path: '/v1/chat/completions', body: chat({ stream, user: `u${salt}` }) },
    { path: '/chat/completions', body: chat({ stream, user: `u${salt}`, logprobs: true, top_logprobs: 2 }) },
    {
      path: '/v1/chat/completions',
      body: chat({
        stream,
        user: `u${salt}`,
        response_format: { type: 'json_schema', json_schema: { schema } },
      }),
    },
    { path: '/v1/completions', body: JSON.stringify({ model: 'sim-model', prompt: `Once ${salt}`, stream }) },
    {
      path: '/v1/responses',
      body: JSON.stringify({ model: 'sim-model', input: `Say hello ${salt}.`, stream }),
    },
    { path: '/embeddings', body: JSON.stringify({ model: 'sim-model', input: `words ${salt}` }) },
  ]
  return shapes[drawInteger(random, 0, shapes.length - 1)] ?? shapes[0] ?? { path: '', body: '' }
}

function drawMalicious(random: Random): Shape {
  const path = '/v1/chat/completions'
  const salt = drawInteger(random, 0, 1e9)
  const shapes: readonly Shape[] = [
    { path, body: chat({ n: 2, user: `u${salt}` }) },
    { path, body: JSON.stringify({ model: 'sim-model', messages: salt }) },
    { path, body: `{"messages": [${salt}` },
    { path, body: '['.repeat(20_000) },
    { path, body: chat({ user: `${DEADLY} ${salt}` }) },
    { path, body: chat({ model: `model-${salt}` }) },
    { path, body: chat({}), token: 'wrong' },
    { path: `/v1/nowhere/${salt}`, body: '{}' },
  ]
  return shapes[drawInteger(random, 0, shapes.length - 1)] ?? { path, body: '' }
}

function drawShape(kind: ClientKind, random: Random): Shape {
  if (kind === 'malicious') return drawMalicious(random)
  if (kind === 'slow') return { path: '/v1/chat/completions', body: chat({ stream: true, max_tokens: 200 }) }
  if (kind === 'patient') return drawValid(random)
  const body = chat({ stream: random() < 0.7, ...ENDLESS })
  return { path: '/v1/chat/completions', body, leavesAfterMs: drawInteger(random, 0, 150) }
}

function readEnd(body: string, path: string): Pick<Sent, 'isWhole' | 'hasErrorEvent'> {
  const isStream = body.startsWith('data: ') || body.startsWith('event: ') || body.startsWith(': ')
  if (!isStream) return { isWhole: body.endsWith('}') && !body.startsWith('{"error"'), hasErrorEvent: false }
  const hasErrorEvent = /^(?:data: \{"error"|event: error$)/m.test(body)
  const last = path.endsWith('/responses') ? '"type":"response.completed"' : 'data: [DONE]\n\n'
  return { isWhole: body.includes(last) && !hasErrorEvent, hasErrorEvent }
}

/** Reads to the end; slowly, with a pause after each chunk, if so told. */
function read(response: IncomingMessage, isSlow: boolean): Promise<{ body: string; isClean: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (!isSlow) return
      response.pause()
      setTimeout(() => response.resume(), SIP_PAUSE_MS)
    })
    response.on('close', () => {
      const bytes = Buffer.concat(chunks)
      resolve({ body: bytes.toString(), isClean: response.complete })
    })
    response.on('error', () => undefined)
  })
}

export interface Clients {
  send(kind: ClientKind, token: string, random: Random): Promise<Sent>
  close(): void
}

export function createClients(url: string): Clients {
  const agent = new Agent({ keepAlive: true })
  let last = 0
  return {
    close: () => agent.destroy(),
    send(kind, token, random) {
      const shape = drawShape(kind, random)
      const requestId = `chaos-${(last += 1)}`
      return new Promise((resolve) => {
        let how: Sent['end'] = 'broken'
        const none = { path: shape.path, tail: '', isWhole: false, hasErrorEvent: false }
        const end = (result: Partial<Sent>): void => {
          clearTimeout(leaving)
          clearTimeout(stuck)
          resolve({ kind, requestId, status: 0, endpoint: '', ...none, ...result, end: how })
        }
        const client = httpRequest(url + shape.path, {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${shape.token ?? token}`,
            'x-request-id': requestId,
          },
        })
        const leave = (why: Sent['end']): void => {
          how = why
          client.destroy()
        }
        const leaving =
          shape.leavesAfterMs === undefined ? undefined : setTimeout(() => leave('left'), shape.leavesAfterMs)
        const stuck = setTimeout(() => leave('stuck'), STUCK_MS)
        client.on('error', () => end({}))
        client.on('response', (response) => {
          response.on('data', () => void stuck.refresh())
          void read(response, kind === 'slow').then(({ body, isClean }) => {
            if (isClean) how = 'clean'
            const endpoint = String(response.headers['x-lb-endpoint'] ?? '')
            const isEncoded = response.headers['content-encoding'] !== undefined
            const ending = isEncoded ? { isWhole: isClean, hasErrorEvent: false } : readEnd(body, shape.path)
            end({ status: response.statusCode ?? 0, endpoint, tail: body.slice(-TAIL), ...ending })
          })
        })
        client.end(shape.body)
      })
    },
  }
}
