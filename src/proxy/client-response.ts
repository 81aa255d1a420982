// The answer on its way to the client: head, chunks with back-pressure, an end; and a client that stops reading is cut.
import type { ServerResponse } from 'node:http'
import { problemBody, problemHeaders, type GatewayError } from '../core/gateway-error.ts'

export interface ClientResponse {
  /** What the head will carry: name, value, name, value. */
  readonly headers: string[]
  /** Whether the head has been handed over: from then on the status cannot change. */
  isOpen(): boolean
  begin(status: number): void
  /** @returns false when the client is behind; `onDrain` tells when it has caught up. */
  write(chunk: Buffer | string): boolean
  end(chunk?: Buffer | string): void
  /** Answers with an error and nothing else. */
  refuse(error: GatewayError): void
  /** Cuts the connection: the client must not take what it has for a whole answer. */
  destroy(): void
}

/** A whole answer of ours, in the body that both readers know. */
export function sendProblem(
  raw: ServerResponse,
  headers: readonly string[],
  error: GatewayError,
  requestId: string,
): void {
  const body = Buffer.from(JSON.stringify(problemBody(error, requestId, true)))
  raw.writeHead(error.statusCode, [
    ...headers,
    ...Object.entries(problemHeaders(error)).flat(),
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(body.length),
  ])
  raw.end(body)
}

interface ClientResponseOptions {
  readonly raw: ServerResponse
  readonly headers: string[]
  readonly requestId: string
  /** While the server drains, a client must not send its next request down this connection. */
  readonly isDraining: () => boolean
  /** How long a client may stop reading before it is cut. */
  readonly stallMs: number
  onDrain(): void
  /** The client left before the answer's end. */
  onGone(): void
}

export function createClientResponse({
  raw,
  headers,
  requestId,
  isDraining,
  stallMs,
  onDrain,
  onGone,
}: ClientResponseOptions): ClientResponse {
  let stall: NodeJS.Timeout | undefined
  const expectProgress = (): void => void (stall ??= setTimeout(() => raw.destroy(), stallMs))
  raw.on('close', () => {
    clearTimeout(stall)
    if (!raw.writableFinished) onGone()
  })
  raw.on('error', () => undefined)
  const caughtUp = (): void => {
    clearTimeout(stall)
    stall = undefined
    onDrain()
  }
  return {
    isOpen: () => raw.headersSent,
    headers,
    begin(status) {
      if (isDraining()) headers.push('connection', 'close')
      raw.writeHead(status, headers)
    },
    refuse(error) {
      if (isDraining()) headers.push('connection', 'close')
      sendProblem(raw, headers, error, requestId)
    },
    write(chunk) {
      if (raw.write(chunk)) return true
      // Few answers ever have to wait.
      if (stall === undefined) raw.once('drain', caughtUp)
      expectProgress()
      return false
    },
    end(chunk) {
      raw.end(chunk)
      // No drain follows an end, but a client can stall on the last bytes as well.
      if (raw.writableLength > 0) expectProgress()
    },
    destroy: () => void raw.destroy(),
  }
}
