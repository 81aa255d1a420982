// A backend that costs little: it answers a chat completion at once, after a delay, or as a stream of chunks. Its process ends with its input.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delayMs } from './turns.ts'

const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":" word"}}]}\n\n'
const END = 'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}\n\ndata: [DONE]\n\n'
const BODY = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' } }],
  usage: { prompt_tokens: 5, completion_tokens: 1 },
})
const CHUNK_EVERY_MS = 5

function stream(response: ServerResponse, chunks: number, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let sent = 0
  const timer = setInterval(() => {
    response.write(CHUNK)
    sent += 1
    if (sent < chunks) return
    clearInterval(timer)
    response.end(END)
  }, everyMs)
  response.once('close', () => clearInterval(timer))
}

/** How many requests each client of `/turns/` has sent. */
const sentBy = new Map<string, number>()

/** @returns the delay of a client's next request; tells when its first one has come. */
function nextDelayMs(client: string): number {
  const number = sentBy.get(client) ?? 0
  if (number === 0) process.stdout.write(`${client} ${Date.now()}\n`)
  sentBy.set(client, number + 1)
  return delayMs(number)
}

/**
 * The path says what is asked for: `/delay/20/v1/…`, `/turns/engine/v1/…` for the delays of turns.ts, `/chunks/100/v1/…`, or
 * with a chunk every 50 ms `/chunks/100/every/50/v1/…`.
 */
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const [, kind, amount = '', everyMs = CHUNK_EVERY_MS] =
      /^\/(delay|chunks|turns)\/(\w+)(?:\/every\/(\d+))?\//.exec(request.url ?? '') ?? []
    if (kind === 'chunks') return stream(response, Number(amount), Number(everyMs))
    const respond = (): void =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
        .end(BODY)
    const waitMs = kind === 'turns' ? nextDelayMs(amount) : kind === 'delay' ? Number(amount) : 0
    if (waitMs > 0) setTimeout(respond, waitMs)
    else respond()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.stdin.resume().once('end', () => process.exit())
