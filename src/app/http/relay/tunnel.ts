// Relays an upgrade: its head, and then every byte in both directions, so that a refusal arrives as it was sent.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connectToPrimary } from './connect-to-primary.ts'
import { relayedUpgradeHeaders } from './relayed-headers.ts'

// A client may still send when the primary has closed its connection; to close on it at once would reset the connection,
// and the client could lose what was sent last.
const LINGER_MS = 1_000

function headOf(request: IncomingMessage): string {
  const fields = relayedUpgradeHeaders(request)
  let head = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`
  for (let index = 0; index < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`
  return `${head}\r\n`
}

function endSoon(socket: Duplex): void {
  socket.end()
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(cut))
}

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What the client has sent after the head of its request. */
  readonly head: Buffer
}

/** @param primary - closes with the client's connection. */
function join(primary: Socket, { request, socket, head }: Upgrade, fail: (error: Error) => void): void {
  let failure = new Error('the connection was closed without a response')
  primary.on('error', (error) => (failure = error))
  primary.write(headOf(request), 'latin1')
  primary.write(head)
  socket.once('close', () => primary.destroy())
  socket.pipe(primary)
  // The client's socket is not ended with the primary's, so that a failure can be sent on it.
  primary.pipe(socket, { end: false })
  primary.once('close', (hasFailed) => {
    if (socket.destroyed) return
    if (primary.bytesRead > 0 && hasFailed) return void socket.destroy()
    if (primary.bytesRead === 0) fail(failure)
    endSoon(socket)
  })
}

/**
 * Ends with the client's socket.
 * @param fail - called where the primary closes the connection without a byte, or cannot be reached.
 */
export function openTunnel(socketPath: string, upgrade: Upgrade, fail: (error: Error) => void): void {
  const { socket } = upgrade
  socket.on('error', () => socket.destroy())
  connectToPrimary(socketPath, (error, primary) => {
    if (socket.destroyed) return void primary?.destroy()
    if (primary) return join(primary, upgrade, fail)
    if (error) fail(error)
    endSoon(socket)
  })
}
