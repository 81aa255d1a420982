// The answer on its way to the client: head, chunks with back-pressure, an end; and a client that stops reading is cut.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface ClientResponse {
  /** Whether the head has been handed over: from then on the answer cannot change. */
  isCommitted(): boolean
  begin(status: number, headers: OutgoingHttpHeaders): void
  /** @returns false when the client is behind; `onDrain` tells when it has caught up. */
  write(chunk: Buffer | string): boolean
  end(chunk?: Buffer | string): void
  /** Cuts the connection: the client must not take what it has for a whole answer. */
  destroy(): void
}

interface ClientResponseOptions {
  readonly raw: ServerResponse
  /** How long a client may stop reading before it is cut. */
  readonly stallMs: number
  onDrain(): void
  /** The client left before the answer's end. */
  onGone(): void
}

export function createClientResponse({
  raw,
  stallMs,
  onDrain,
  onGone,
}: ClientResponseOptions): ClientResponse {
  let stall: NodeJS.Timeout | undefined
  raw.on('close', () => {
    clearTimeout(stall)
    if (!raw.writableFinished) onGone()
  })
  raw.on('error', () => undefined)
  raw.on('drain', () => {
    clearTimeout(stall)
    stall = undefined
    onDrain()
  })
  return {
    isCommitted: () => raw.headersSent,
    begin: (status, headers) => void raw.writeHead(status, headers),
    write(chunk) {
      if (raw.write(chunk)) return true
      stall ??= setTimeout(() => raw.destroy(), stallMs)
      return false
    },
    end: (chunk) => void raw.end(chunk),
    destroy: () => void raw.destroy(),
  }
}
