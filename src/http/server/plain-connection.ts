// One client connection: serves plain requests, one after another, until another kind of request comes, which node:http gets
// with the connection.
import type { Socket } from 'node:net'
import { copyOf } from '../copy-bytes.ts'
import type { Deadline, Deadlines } from '../deadlines.ts'
import { sendInterimResponses } from './half-open.ts'
import { PlainRequest } from './plain-request.ts'
import { PlainResponse } from './plain-response.ts'
import { parseRequestHead } from './request-head.ts'

export interface PlainConnectionOptions {
  /** Seconds after which an idle connection is closed, as clients are told. */
  readonly keepAliveS: number
  /** Closes them. */
  readonly idleTimes: Deadlines<PlainConnection>
  /** @returns false, with nothing done, where the request is not served here. */
  readonly serve: (request: PlainRequest, response: PlainResponse) => boolean
}

export interface PlainConnection {
  readonly socket: Socket
  readonly options: PlainConnectionOptions
  /** Serves the connection from the given bytes on. */
  readonly handOver: (bytes: Buffer) => void
  /** Whose response has not been given to the system as a whole. */
  request: PlainRequest | undefined
  response: PlainResponse | undefined
  /** Bytes of the request's body that are still to come. */
  bodyRest: number
  /** While it is idle. */
  idleTime: Deadline<PlainConnection> | undefined
  /** What came behind the request. */
  held: Buffer | undefined
  /** Whether the client has had a response. */
  hasServed: boolean
  /** Whether the client has closed its side. */
  hasEnded: boolean
  /** Whether nothing that is read any more is a request. */
  isClosing: boolean
}

// A client may send further requests before it has the response; more than these wait in the system's buffers.
const MAX_HELD_BYTES = 65_536
function hold(connection: PlainConnection, bytes: Buffer): void {
  const { held } = connection
  connection.held = held === undefined ? copyOf(bytes) : Buffer.concat([held, bytes])
  if (connection.held.length > MAX_HELD_BYTES) connection.socket.pause()
}

function completeBody(request: PlainRequest): void {
  request.complete = true
  request.emit('end')
}

function receiveBody(connection: PlainConnection, request: PlainRequest, bytes: Buffer): void {
  const taken = Math.min(connection.bodyRest, bytes.length)
  connection.bodyRest -= taken
  if (taken > 0) {
    request.emit('data', copyOf(bytes.subarray(0, taken)))
    if (connection.bodyRest === 0) completeBody(request)
  }
  if (taken < bytes.length) hold(connection, bytes.subarray(taken))
}

function beginIdleTime(connection: PlainConnection): void {
  connection.idleTime = connection.options.idleTimes.add(connection)
}

function endIdleTime(connection: PlainConnection): void {
  if (connection.idleTime) connection.options.idleTimes.remove(connection.idleTime)
  connection.idleTime = undefined
}

/** Closes it once all that was written has been sent. */
function closeConnection(connection: PlainConnection): void {
  connection.isClosing = true
  connection.socket.destroySoon()
}

/** The response has been given to the system as a whole. */
function finish(connection: PlainConnection, request: PlainRequest, response: PlainResponse): void {
  const { socket, held, hasEnded } = connection
  if (connection.response !== response) return
  connection.request = connection.response = undefined
  connection.hasServed = true
  response.writableFinished = true
  response.emit('finish')
  response.close()
  request.close()
  // What follows of a body that was not read to its end is no request.
  if (response.closes || !request.complete) return closeConnection(connection)
  if (held === undefined) return hasEnded ? closeConnection(connection) : beginIdleTime(connection)
  connection.held = undefined
  if (held.length > MAX_HELD_BYTES) socket.resume()
  begin(connection, held)
}

/** A client that has closed its side can no longer be read by another server. */
function handOver(connection: PlainConnection, bytes: Buffer): void {
  if (connection.hasEnded) closeConnection(connection)
  else connection.handOver(bytes)
}

function begin(connection: PlainConnection, bytes: Buffer): void {
  const { socket, options } = connection
  endIdleTime(connection)
  const head = parseRequestHead(bytes)
  if (head === undefined) return handOver(connection, bytes)
  const request = new PlainRequest(head, socket)
  const response = new PlainResponse(request, {
    closes: head.closes,
    keepAliveS: options.keepAliveS,
    // After an error the connection closes.
    onFlushed: (error) => (error ? undefined : finish(connection, request, response)),
  })
  connection.request = request
  connection.response = response
  const behind = bytes.subarray(head.bytes)
  const isWhole = behind.length >= head.bodyBytes
  connection.bodyRest = head.bodyBytes
  if (isWhole) request.arrived = behind.subarray(0, head.bodyBytes)
  if (!options.serve(request, response)) {
    connection.request = connection.response = undefined
    return handOver(connection, bytes)
  }
  const isTaken = isWhole && request.arrived === undefined
  request.arrived = undefined
  if (isTaken) connection.bodyRest = 0
  else if (head.bodyBytes === 0) completeBody(request)
  receiveBody(connection, request, isTaken ? behind.subarray(head.bodyBytes) : behind)
}

/** @param bytes - valid during the call only. */
export function receive(connection: PlainConnection, bytes: Buffer): void {
  const { request, isClosing } = connection
  if (isClosing) return
  if (request === undefined) begin(connection, bytes)
  else if (connection.bodyRest > 0) receiveBody(connection, request, bytes)
  else hold(connection, bytes)
}

/** The client has closed its side. */
function end(connection: PlainConnection): void {
  const { socket, request, response } = connection
  connection.hasEnded = true
  if (request === undefined || response === undefined) return closeConnection(connection)
  if (!request.complete) return request.close()
  if (response.writableEnded) return
  // Nothing can be added to a response.
  if (response.headersSent) return void socket.destroy()
  sendInterimResponses(response, () => connection.response === response && !socket.destroyed)
}

function close(connection: PlainConnection): void {
  const { request, response } = connection
  endIdleTime(connection)
  request?.close()
  response?.close()
}

export const isIdle = ({ request, hasServed }: PlainConnection): boolean => request === undefined && hasServed

/**
 * @param socket - what it reads is given to `receive`.
 * @param handOver - is given the socket and the bytes that another server reads first.
 */
export function servePlainRequests(
  socket: Socket,
  options: PlainConnectionOptions,
  handOver: (socket: Socket, bytes: Buffer) => void,
): PlainConnection {
  const listeners = {
    end: () => end(connection),
    close: () => close(connection),
    drain: () => void connection.response?.emit('drain'),
  }
  const connection: PlainConnection = {
    socket,
    options,
    handOver(bytes) {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
      handOver(socket, bytes)
    },
    request: undefined,
    response: undefined,
    bodyRest: 0,
    idleTime: undefined,
    held: undefined,
    hasServed: false,
    hasEnded: false,
    isClosing: false,
  }
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
  beginIdleTime(connection)
  return connection
}
