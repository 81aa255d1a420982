// Sends an unstreamed answer, spoiled where the request's fault says so.
import { gzipSync } from 'node:zlib'
import { drip } from './drip.ts'
import { breakOff, type Exchange } from './exchange.ts'
import type { Timer } from './timer.ts'

function head(exchange: Exchange, status: number, contentLength: number): void {
  exchange.response.writeHead(status, {
    ...exchange.headers,
    'content-type': 'application/json',
    'content-length': contentLength,
  })
}

function die(exchange: Exchange, bytes: Buffer, afterChunks: number): void {
  if (afterChunks === 0) exchange.response.flushHeaders()
  else exchange.response.write(bytes.subarray(0, bytes.length / 2))
  breakOff(exchange)
}

export function sendJson(exchange: Exchange, status: number, body: string, timer: Timer): void {
  const { response, fault } = exchange
  if (fault?.kind === 'gzip') {
    const bytes = gzipSync(body)
    response.setHeader('content-encoding', 'gzip')
    head(exchange, status, bytes.length)
    response.end(bytes)
    return
  }
  if (fault?.kind === 'malformed') {
    exchange.isBroken = true
    head(exchange, status, Buffer.byteLength(body) - 1)
    response.end(Buffer.from(body).subarray(0, -1))
    return
  }
  head(exchange, status, Buffer.byteLength(body))
  if (fault?.kind === 'die') die(exchange, Buffer.from(body), fault.afterChunks)
  else if (fault?.kind === 'slow-drip') drip(exchange, Buffer.from(body), fault.bytesPerSecond, timer)
  else response.end(body)
}
