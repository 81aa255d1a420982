// An independent client: node:http with kept connections, which measures each request exactly. Prints its figures as JSON.
import { Agent, request } from 'node:http'

export interface PlainFigures {
  readonly requestsPerS: number
  readonly chunksPerS: number
  readonly e2eMs: { readonly p50: number; readonly p95: number; readonly p99: number }
  readonly firstByteMs: { readonly p50: number; readonly p95: number; readonly p99: number }
}

const [, , url = '', parallel = '1', seconds = '1', ratePerS = '0', stream = 'false'] = process.argv
const body = JSON.stringify({
  model: 'bench',
  messages: [{ role: 'user', content: 'Say something.' }],
  ...(stream === 'true' ? { stream: true, stream_options: { include_usage: true } } : {}),
})
const agent = new Agent({ keepAlive: true, maxSockets: Number(parallel) })
const e2e: number[] = []
const firstByte: number[] = []
let chunks = 0

function send(dueMs: number): Promise<void> {
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
        let firstMs: number | undefined
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          firstMs ??= performance.now()
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
          e2e.push(performance.now() - dueMs)
          firstByte.push((firstMs ?? 0) - dueMs)
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

async function openLoop(endMs: number): Promise<void> {
  const startMs = performance.now()
  const all: Promise<void>[] = []
  for (let index = 0; ; index += 1) {
    const dueMs = startMs + (index * 1000) / Number(ratePerS)
    if (dueMs > endMs) break
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    all.push(send(dueMs))
  }
  await Promise.all(all)
}

const percentiles = (values: number[]): PlainFigures['e2eMs'] => {
  values.sort((a, b) => a - b)
  const at = (part: number): number => values[Math.max(0, Math.ceil(part * values.length) - 1)] ?? NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

const startMs = performance.now()
const endMs = startMs + Number(seconds) * 1000
if (Number(ratePerS) > 0) await openLoop(endMs)
else await Promise.all(Array.from({ length: Number(parallel) }, () => closedLoop(endMs)))
const passedS = (performance.now() - startMs) / 1000
agent.destroy()
const figures: PlainFigures = {
  requestsPerS: e2e.length / passedS,
  chunksPerS: chunks / passedS,
  e2eMs: percentiles(e2e),
  firstByteMs: percentiles(firstByte),
}
process.stdout.write(JSON.stringify(figures))
