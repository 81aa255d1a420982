// One client connection: serves plain requests, one after another, until another kind of request comes, which node:http gets
// with the connection.
import type { Socket } from 'node:net'
import { copyOf } from '../copy-bytes.ts'
import type { OtherServer, PlainConnection, PlainConnectionOptions } from './connection-record.ts'
import { sendInterimResponses } from './half-open.ts'
import { PlainRequest } from './plain-request.ts'
import { PlainResponse } from './plain-response.ts'
import { parseRequestHead, skipEmptyLines } from './request-head.ts'

// A client may send further requests before it has the response; more than these wait in the system's buffers.
const MAX_HELD_BYTES = 65_536
const NOTHING = Buffer.alloc(0)

function hold(connection: PlainConnection, bytes: Buffer): void {
  const { held } = connection
  connection.held = held === undefined ? copyOf(bytes) : Buffer.concat([held, bytes])
  if (connection.held.length > MAX_HELD_BYTES) connection.socket.pause()
}

function completeBody(connection: PlainConnection, request: PlainRequest): void {
  endTimes(connection)
  request.end()
}

function receiveBody(connection: PlainConnection, request: PlainRequest, bytes: Buffer): void {
  const taken = Math.min(connection.bodyRest, bytes.length)
  connection.bodyRest -= taken
  if (taken > 0) {
    request.emit('data', copyOf(bytes.subarray(0, taken)))
    if (connection.bodyRest === 0) completeBody(connection, request)
  }
  if (taken < bytes.length) hold(connection, bytes.subarray(taken))
  // Its response had been sent before the end of its body.
  if (request.complete && connection.response === undefined) finishRequest(connection, request)
}

function endTimes(connection: PlainConnection): void {
  const { idleTime, bodyTime, options } = connection
  if (idleTime) options.times.idle.remove(idleTime)
  if (bodyTime) options.times.body.remove(bodyTime)
  connection.idleTime = connection.bodyTime = undefined
}

/** Closes it once all that was written has been sent. */
function closeConnection(connection: PlainConnection): void {
  connection.isClosing = true
  connection.socket.destroySoon()
}

/** It has been read to its end, and its response sent. */
function finishRequest(connection: PlainConnection, request: PlainRequest): void {
  const { held = NOTHING } = connection
  connection.request = connection.held = undefined
  request.close()
  if (held.length > MAX_HELD_BYTES) connection.socket.resume()
  begin(connection, held)
}

/** The response has been given to the system as a whole. */
function finish(connection: PlainConnection, request: PlainRequest, response: PlainResponse): void {
  if (connection.response !== response) return
  connection.response = undefined
  connection.hasServed = true
  response.writableFinished = true
  response.emit('finish')
  response.close()
  if (response.closes || request.destroyed) {
    endTimes(connection)
    connection.request = undefined
    request.close()
    // What follows of a body that was not read to its end is no request.
    closeConnection(connection)
  } else if (request.complete) finishRequest(connection, request)
  // The client still sends the body: it would lose the response if the connection closed.
  else request.resume()
}

/** A client that has closed its side can no longer be read by another server. */
function handOver(connection: PlainConnection, bytes: Buffer): void {
  if (connection.hasEnded) closeConnection(connection)
  else connection.server.handOver(bytes)
}

/** Begins the next request, or waits for it. */
function begin(connection: PlainConnection, received: Buffer): void {
  const { socket, options } = connection
  const bytes = skipEmptyLines(received)
  if (bytes.length === 0) {
    if (connection.hasEnded) closeConnection(connection)
    else connection.idleTime ??= options.times.idle.add(connection)
    return
  }
  endTimes(connection)
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
  else if (head.bodyBytes === 0) completeBody(connection, request)
  else if (!isWhole) connection.bodyTime = options.times.body.add(connection)
  receiveBody(connection, request, isTaken ? behind.subarray(head.bodyBytes) : behind)
  if (connection.hasEnded && !request.complete) breakOff(connection, request, response)
}

/** @param bytes - valid during the call only. */
export function receive(connection: PlainConnection, bytes: Buffer): void {
  const { request, isClosing } = connection
  if (isClosing) return
  if (request === undefined) begin(connection, bytes)
  else if (connection.bodyRest > 0) receiveBody(connection, request, bytes)
  else hold(connection, bytes)
}

function refuseBody(connection: PlainConnection, code: string): void {
  const { socket, response, server } = connection
  connection.isClosing = true
  // Nothing can be added to a response.
  if (response === undefined || response.headersSent) return void socket.destroy()
  server.refuse(Object.assign(new Error('the body does not come'), { code }))
}

/** The client has closed its side within the body. */
function breakOff(connection: PlainConnection, request: PlainRequest, response: PlainResponse): void {
  request.close()
  if (response.writableEnded) return
  // Nobody waits for the end of a body that is passed on while it arrives.
  refuseBody(connection, 'ERR_BODY_BROKE_OFF')
}

/** The client has closed its side. */
function end(connection: PlainConnection): void {
  const { socket, request, response } = connection
  connection.hasEnded = true
  if (request === undefined || response === undefined) return closeConnection(connection)
  if (!request.complete) return breakOff(connection, request, response)
  if (response.writableEnded) return
  // Nothing can be added to a response.
  if (response.headersSent) return void socket.destroy()
  sendInterimResponses(response, () => connection.response === response && !socket.destroyed)
}

function close(connection: PlainConnection): void {
  const { request, response } = connection
  endTimes(connection)
  request?.close()
  response?.close()
}

/** The body has taken too long. */
export const refuseSlowBody = (connection: PlainConnection): void =>
  refuseBody(connection, 'ERR_HTTP_REQUEST_TIMEOUT')

export const isIdle = ({ request, hasServed }: PlainConnection): boolean => request === undefined && hasServed

/**
 * @param socket - what it reads is given to `receive`.
 * @param server - serves it once it has been handed over, and no more is given to `receive`.
 */
export function servePlainRequests(
  socket: Socket,
  options: PlainConnectionOptions,
  server: OtherServer,
): PlainConnection {
  const listeners = {
    end: () => end(connection),
    close: () => close(connection),
    drain: () => void connection.response?.emit('drain'),
  }
  const connection: PlainConnection = {
    socket,
    options,
    server: {
      refuse: server.refuse,
      handOver(bytes) {
        for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
        server.handOver(bytes)
      },
    },
    request: undefined,
    response: undefined,
    bodyRest: 0,
    idleTime: undefined,
    bodyTime: undefined,
    held: undefined,
    hasServed: false,
    hasEnded: false,
    isClosing: false,
  }
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
  begin(connection, NOTHING)
  return connection
}
