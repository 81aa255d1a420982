// Writes a response to a client: headers, chunks with back-pressure, an end. The server cuts clients that stop reading.
import type { HttpResponse } from '../../http/server/http-messages.ts'
import type { ErrorWriter } from '../apis/api.ts'
import type { GatewayError } from '../../core/gateway-error.ts'

/** One response: a record that the functions below work on. */
export interface ClientResponse<Owner = unknown> {
  readonly raw: HttpResponse
  /** The headers to be sent: name, value, name, value. Emptied when they have been sent. */
  readonly headers: string[]
  readonly options: ClientResponseOptions<Owner>
  readonly owner: Owner
  /** Whether the body is sent in chunks whose sizes are written here. */
  isChunked: boolean
  /** Whether the client reads too slowly, and `onDrain` is to be called. */
  isWaiting: boolean
}

/** The same for all responses. */
export interface ClientResponseOptions<Owner> {
  /** While the server drains, responses close their connection, so that no further request arrives on it. */
  readonly isDraining: () => boolean
  /** Called when the client has read everything after `writeResponse` returned false. */
  onDrain(owner: Owner): void
  /** Called when the connection closed before the end of the response. */
  onAborted(owner: Owner): void
}

const ignore = (): void => undefined

/** @param headers - of every response of the balancer; the list is changed later. */
export function createClientResponse<Owner>(
  options: ClientResponseOptions<Owner>,
  owner: Owner,
  raw: HttpResponse,
  headers: string[],
): ClientResponse<Owner> {
  const client: ClientResponse<Owner> = { raw, headers, options, owner, isChunked: false, isWaiting: false }
  raw.on('close', () => {
    if (!raw.writableFinished) options.onAborted(owner)
  })
  raw.on('error', ignore)
  return client
}

/** Whether the headers have been sent; the status cannot change afterwards. */
export const hasSentHeaders = ({ raw }: ClientResponse): boolean => raw.headersSent

/** Whether the response has been ended or its connection cut. */
export const hasEnded = ({ raw }: ClientResponse): boolean => raw.writableEnded || raw.destroyed

export function beginResponse(client: ClientResponse, status: number): void {
  const { raw, headers, options } = client
  if (options.isDraining()) headers.push('connection', 'close')
  raw.writeHead(status, undefined, headers)
  // Node.js writes a chunk in four pieces; here a short one is one string.
  client.isChunked = raw.chunkedEncoding
  raw.chunkedEncoding = false
  // A stream may last long, and does not need them any more.
  headers.length = 0
}

/** Sends a complete error response. */
export function sendErrorResponse(
  { raw, headers, options }: ClientResponse,
  send: ErrorWriter['send'],
  error: GatewayError,
  requestId: string,
): void {
  if (options.isDraining()) headers.push('connection', 'close')
  send(raw, headers, error, requestId)
}

/** Up to this size copying is cheaper than writing in several pieces. */
const SHORT_BYTES = 8_192
const LAST_CHUNK = '0\r\n\r\n'

/** @returns a short chunk in latin1, with its size. */
const framed = (chunk: Buffer): string => `${chunk.length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`

function writeChunk(raw: HttpResponse, chunk: Buffer): boolean {
  // An empty one would be the last.
  if (chunk.length === 0) return !raw.writableNeedDrain
  if (chunk.length <= SHORT_BYTES) return raw.write(framed(chunk), 'latin1')
  raw.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
  raw.write(chunk)
  return raw.write('\r\n', 'latin1')
}

const bytesOf = (chunk: Buffer | string): Buffer => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)

/** @returns false where the client reads too slowly; `onDrain` is called when it has caught up. */
export function writeResponse<Owner>(client: ClientResponse<Owner>, chunk: Buffer | string): boolean {
  const { raw, isChunked } = client
  if (isChunked ? writeChunk(raw, bytesOf(chunk)) : raw.write(chunk)) return true
  // The listener is added only when needed: most responses never wait.
  if (!client.isWaiting) {
    client.isWaiting = true
    raw.once('drain', () => {
      client.isWaiting = false
      client.options.onDrain(client.owner)
    })
  }
  return false
}

function endChunks(raw: HttpResponse, chunk: Buffer): void {
  if (chunk.length === 0) return void raw.end(LAST_CHUNK, 'latin1')
  if (chunk.length <= SHORT_BYTES) return void raw.end(framed(chunk) + LAST_CHUNK, 'latin1')
  writeChunk(raw, chunk)
  raw.end(LAST_CHUNK, 'latin1')
}

export function endResponse(client: ClientResponse, chunk?: Buffer | string): void {
  const { raw, isChunked } = client
  if (isChunked) endChunks(raw, bytesOf(chunk ?? ''))
  // Node.js sends headers and a string in one write, but headers and a Buffer in two.
  else if (chunk instanceof Buffer && chunk.length <= SHORT_BYTES) raw.end(chunk.toString('latin1'), 'latin1')
  else raw.end(chunk)
}

/** Cuts the connection, so that the client cannot take what it has for a complete response. */
export const destroyResponse = ({ raw }: ClientResponse): void => void raw.destroy()
