// Sends a response in one piece, JSON mostly, altered by the request's fault if any.
import { gzipSync } from 'node:zlib'
import { drip } from './drip.ts'
import { breakConnection, type RequestContext } from './request-context.ts'
import type { Timer } from '../timer.ts'

function head(context: RequestContext, status: number, contentLength: number, type: string): void {
  context.response.writeHead(status, {
    ...context.headers,
    'content-type': type,
    'content-length': contentLength,
  })
}

function die(context: RequestContext, bytes: Buffer, afterChunks: number): void {
  if (afterChunks === 0) context.response.flushHeaders()
  else context.response.write(bytes.subarray(0, bytes.length / 2))
  breakConnection(context)
}

/** @param type - the content type. */
export function sendJson(
  context: RequestContext,
  status: number,
  body: string | Buffer,
  timer: Timer,
  type = 'application/json',
): void {
  const { response, fault } = context
  if (fault?.kind === 'gzip') {
    const bytes = gzipSync(body)
    response.setHeader('content-encoding', 'gzip')
    head(context, status, bytes.length, type)
    response.end(bytes)
    return
  }
  if (fault?.kind === 'malformed') {
    context.isBroken = true
    head(context, status, Buffer.byteLength(body) - 1, type)
    response.end(Buffer.from(body).subarray(0, -1))
    return
  }
  head(context, status, Buffer.byteLength(body), type)
  if (fault?.kind === 'die') die(context, Buffer.from(body), fault.afterChunks)
  else if (fault?.kind === 'slow-drip') drip(context, Buffer.from(body), fault.bytesPerSecond, timer)
  else response.end(body)
}
