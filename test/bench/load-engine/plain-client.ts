// An independent client: node:http with kept connections, which measures each request exactly. Prints its figures as JSON.
// It sends as many requests at once as it may, or takes turns with another client: from the time on, in milliseconds since
// the epoch, that it reads from its input.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { dueTimes, percentiles, type Percentiles } from './turns.ts'

export interface PlainFigures {
  readonly requests: number
  readonly requestsPerS: number
  readonly chunksPerS: number
  readonly e2eMs: Percentiles
}

const [, , url = '', parallel = '1', seconds = '1', stream = 'false', turns = '0'] = process.argv
const body = JSON.stringify({
  model: 'bench',
  messages: [{ role: 'user', content: 'Say something.' }],
  ...(stream === 'true' ? { stream: true, stream_options: { include_usage: true } } : {}),
})
const agent = new Agent({ keepAlive: true, maxSockets: Number(parallel) })
const e2e: number[] = []
let chunks = 0

function send(fromMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          authorization: 'Bearer bench-client-token',
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          if (stream === 'true') {
            for (const line of part.split('\n'))
              if (line.startsWith('data: {')) {
                JSON.parse(line.slice(6))
                chunks += 1
              }
          } else text += part
        })
        response.once('end', () => {
          if (text !== '') JSON.parse(text)
          e2e.push(performance.now() - fromMs)
          resolve()
        })
      },
    )
    sent.once('error', reject).end(body)
  })
}

async function closedLoop(endMs: number): Promise<void> {
  while (performance.now() < endMs) await send(performance.now())
}

/** A timer fires up to a millisecond late: what is due is sent up to that much early, and its time counts from then. */
const EARLY_MS = 1

async function takeTurns(): Promise<void> {
  const [text] = (await once(process.stdin, 'data')) as [Buffer]
  const startMs = performance.now() + Number(text.toString()) - Date.now()
  const all: Promise<void>[] = []
  for (const atMs of dueTimes(Number(turns))) {
    const waitMs = startMs + atMs - EARLY_MS - performance.now()
    if (waitMs > 0) await delay(Math.ceil(waitMs))
    all.push(send(Math.min(performance.now(), startMs + atMs)))
  }
  await Promise.all(all)
}

const startMs = performance.now()
const endMs = startMs + Number(seconds) * 1000
if (Number(turns) > 0) await takeTurns()
else await Promise.all(Array.from({ length: Number(parallel) }, () => closedLoop(endMs)))
const passedS = (performance.now() - startMs) / 1000
agent.destroy()
const figures: PlainFigures = {
  requests: e2e.length,
  requestsPerS: e2e.length / passedS,
  chunksPerS: chunks / passedS,
  e2eMs: percentiles(e2e),
}
process.stdout.write(JSON.stringify(figures))
