// The answer on its way to the client: head, chunks with back-pressure, an end; and a client that stops reading is cut.
import type { ServerResponse } from 'node:http'
import type { ErrorWriter } from '../apis/api.ts'
import type { GatewayError } from '../../core/gateway-error.ts'

/** One response on its way: a record that the functions below work on. */
export interface ClientResponse<Owner = unknown> {
  readonly raw: ServerResponse
  /** What the head will carry: name, value, name, value. Empty once it has been handed over. */
  readonly headers: string[]
  readonly options: ClientResponseOptions<Owner>
  readonly owner: Owner
  stall: NodeJS.Timeout | undefined
}

/** The same for all answers. */
export interface ClientResponseOptions<Owner> {
  /** While the server drains, a client must not send its next request down this connection. */
  readonly isDraining: () => boolean
  /** How long a client may stop reading before it is cut. */
  readonly stallMs: number
  /** The client has caught up. */
  onDrain(owner: Owner): void
  /** The client left before the answer's end. */
  onAborted(owner: Owner): void
}

function endStall(client: ClientResponse): void {
  clearTimeout(client.stall)
  client.stall = undefined
}

function expectProgress(client: ClientResponse): void {
  client.stall ??= setTimeout(() => client.raw.destroy(), client.options.stallMs)
}

const ignore = (): void => undefined

/** @param headers - what the answer will carry whatever it is; taken over. */
export function createClientResponse<Owner>(
  options: ClientResponseOptions<Owner>,
  owner: Owner,
  raw: ServerResponse,
  headers: string[],
): ClientResponse<Owner> {
  const client: ClientResponse<Owner> = { raw, headers, options, owner, stall: undefined }
  raw.on('close', () => {
    endStall(client)
    if (!raw.writableFinished) options.onAborted(owner)
  })
  raw.on('error', ignore)
  return client
}

/** Whether the head has been handed over: from then on the status cannot change. */
export const hasSentHeaders = ({ raw }: ClientResponse): boolean => raw.headersSent

/** Whether the response has been ended or its connection cut. */
export const hasEnded = ({ raw }: ClientResponse): boolean => raw.writableEnded || raw.destroyed

export function beginResponse({ raw, headers, options }: ClientResponse, status: number): void {
  if (options.isDraining()) headers.push('connection', 'close')
  raw.writeHead(status, headers)
  // A stream may be open for long.
  headers.length = 0
}

/** Answers with an error and nothing else. */
export function sendErrorResponse(
  { raw, headers, options }: ClientResponse,
  send: ErrorWriter['send'],
  error: GatewayError,
  requestId: string,
): void {
  if (options.isDraining()) headers.push('connection', 'close')
  send(raw, headers, error, requestId)
}

/** @returns false when the client is behind; `onDrain` tells when it has caught up. */
export function writeResponse<Owner>(client: ClientResponse<Owner>, chunk: Buffer | string): boolean {
  if (client.raw.write(chunk)) return true
  // Few answers ever have to wait.
  if (client.stall === undefined) {
    client.raw.once('drain', () => {
      endStall(client)
      client.options.onDrain(client.owner)
    })
  }
  expectProgress(client)
  return false
}

/** Node.js writes a head and a text in one piece, and a head and bytes in two: worth it while copying them costs nothing. */
const SHORT_BYTES = 8_192

export function endResponse(client: ClientResponse, chunk?: Buffer | string): void {
  if (chunk instanceof Buffer && chunk.length <= SHORT_BYTES)
    client.raw.end(chunk.toString('latin1'), 'latin1')
  else client.raw.end(chunk)
  // No drain follows an end, but a client can stall on the last bytes as well.
  if (client.raw.writableLength > 0) expectProgress(client)
}

/** Cuts the connection: the client must not take what it has for a whole answer. */
export const destroyResponse = ({ raw }: ClientResponse): void => void raw.destroy()
