// Serves clients that close their side of the connection once they have sent their request.
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

interface WaitingResponse {
  readonly headersSent: boolean
  writeContinue(): void
}

/**
 * A client that has closed its side alone looks like one that is gone, which must end the request upstream. Only what is
 * sent to it tells them apart: a system without the connection resets it at the first, which the second shows. Interim
 * responses do, until the response begins.
 * @param isOpen - whether the response's connection is open, and no other response has its turn.
 */
export function sendInterimResponses(response: WaitingResponse, isOpen: () => boolean): void {
  let pauseMs = FIRST_PAUSE_MS
  const sendInterim = (): void => {
    if (response.headersSent || !isOpen()) return
    response.writeContinue()
    setTimeout(sendInterim, pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
  sendInterim()
}

/** Node.js keeps the response in progress in this internal field. */
type ServerSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

function probe(socket: ServerSocket): void {
  const response = socket._httpMessage
  if (!response || response.writableEnded) return
  // Nothing can be added to a response, and HTTP/1.0 has no interim ones.
  if (response.headersSent || response.req.httpVersion === '1.0') return void socket.destroy()
  sendInterimResponses(response, () => socket._httpMessage === response && !socket.destroyed)
}

export function serveHalfOpenClients(server: Server): void {
  // Read by Node.js at the end of each connection; without it every response after that is lost.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket) => socket.on('end', () => probe(socket)))
}
