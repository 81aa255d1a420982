// A thread of its own: an upstream that sends an event every 20 ms, a client of the balancer that reads them, and how late they come.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

const EVENT_MS = 20
let worstMs = 0

const upstream = createServer((incoming, response) => {
  incoming.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const timer = setInterval(() => response.write(`data: {"t":${performance.now()}}\n\n`), EVENT_MS)
  response.on('close', () => clearInterval(timer))
})

function read(port: number): void {
  const client = request(
    { port, host: '127.0.0.1', path: '/v1/chat/completions', method: 'POST' },
    (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        const nowMs = performance.now()
        for (const [, sentMs] of text.matchAll(/"t":([\d.]+)/g))
          worstMs = Math.max(worstMs, nowMs - Number(sentMs))
      })
    },
  )
  client.end(JSON.stringify({ model: 'm', stream: true, messages: [] }))
}

upstream.listen(0, '127.0.0.1', () => parentPort?.postMessage((upstream.address() as AddressInfo).port))
// A port starts the client; anything else asks for the longest delay since it was last asked for, in ms.
parentPort?.on('message', (message: unknown) => {
  if (typeof message === 'number') return read(message)
  parentPort?.postMessage(worstMs)
  worstMs = 0
})
