// A worker's side of the relay: sends what the worker does not serve itself to the primary process, over a Unix socket.
import { request as sendRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { gatewayError, type GatewayError } from '../../../core/gateway-error.ts'
import { renderProblem } from '../../../http/problem.ts'
import { endWithProblem, sendProblem } from '../../../http/send-problem.ts'
import { requestIdOf } from '../create-server.ts'
import { audienceOf } from '../error-handlers.ts'
import { httpRefusal } from '../node-overrides.ts'
import { problemHeaders, securityHeaders } from '../response-headers.ts'
import { createPrimaryAgent } from './primary-agent.ts'
import { MAX_RELAYED_HEADER_BYTES, relayedRequestHeaders, relayedResponseHeaders } from './relayed-headers.ts'
import { openTunnel } from './tunnel.ts'

interface RelayOptions {
  /** The Unix socket of the primary's private listener. */
  readonly socketPath: string
  readonly version: string
  /** Called where the primary cannot be reached or breaks off before its response. */
  readonly onError: (error: Error, requestId: string) => void
}

export interface Relay {
  /** Takes over a request. The server must serve half-open clients and let expectations pass, as `createServer`'s does. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Takes over the socket of an upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes all connections to the primary, those in use included, and the clients' that were upgraded. */
  close(): void
}

const unreachable = (): GatewayError =>
  gatewayError('LB_ERR_UPSTREAM_UNREACHABLE', 'the primary process of the balancer does not respond')

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const nothing = Buffer.alloc(0)

function relayResponse(incoming: IncomingMessage, response: ServerResponse): void {
  let hasData = false
  response.sendDate = false
  response.writeHead(incoming.statusCode ?? 0, incoming.statusMessage, relayedResponseHeaders(incoming))
  response.on('drain', () => incoming.resume())
  incoming.on('data', (chunk: Buffer) => {
    hasData = true
    if (!response.write(chunk)) incoming.pause()
  })
  incoming.once('end', () => response.end())
  incoming.once('close', () => {
    if (!incoming.complete) response.destroy()
  })
  // By then what arrived with the head is written, in one piece with it. `flushHeaders` would encode the head as UTF-8.
  setImmediate(() => {
    if (!hasData && !response.writableEnded) response.write(nothing)
  })
}

/** @param fail - called where the primary breaks off before its response. */
function relayRequest(
  request: IncomingMessage,
  response: ServerResponse,
  primary: ClientRequest,
  fail: (error: Error) => void,
): void {
  let incoming: IncomingMessage | undefined
  let isAborted = false
  primary.once('response', (started) => {
    incoming = started
    if (!isAborted) relayResponse(started, response)
  })
  primary.on('error', (error) => {
    request.unpipe(primary)
    if (isAborted) return
    if (!response.headersSent) fail(error)
    // A complete response may come before the end of the request's body, which is then discarded.
    else if (incoming?.complete !== true) response.destroy()
  })
  response.once('close', () => {
    // A connection to the primary whose exchange is complete serves others.
    if (incoming?.complete === true && primary.writableFinished) return
    isAborted = true
    request.unpipe(primary)
    request.resume()
    primary.destroy()
  })
  if (hasBody(request)) request.pipe(primary)
  else primary.end()
}

export function createRelay({ socketPath, version, onError }: RelayOptions): Relay {
  const agent = createPrimaryAgent(socketPath)
  /** Of the clients whose upgrades are relayed. */
  const upgraded = new Set<Duplex>()
  const fixed = securityHeaders(version)

  const problemOf = (request: IncomingMessage, error: GatewayError, cause?: Error) => {
    const requestId = requestIdOf(request)
    if (cause) onError(cause, requestId)
    const audience = audienceOf(request)
    return {
      headers: { ...fixed, ...problemHeaders(requestId, audience) },
      problem: renderProblem(error, requestId, audience),
    }
  }
  const refuse = (response: ServerResponse, error: GatewayError, cause?: Error): void => {
    const { headers, problem } = problemOf(response.req, error, cause)
    sendProblem(response, Object.entries(headers).flat(), problem)
  }
  /** Throws for a request that Node.js has accepted and would not send. */
  const open = (request: IncomingMessage): ClientRequest =>
    sendRequest({
      agent,
      socketPath,
      method: request.method,
      path: request.url,
      headers: relayedRequestHeaders(request),
      setDefaultHeaders: false,
      maxHeaderSize: MAX_RELAYED_HEADER_BYTES,
    })

  return {
    handle(request, response) {
      // Before the request is written anew, as HTTP/1.1: the primary would not see what is wrong.
      const refusal = httpRefusal(request)
      if (refusal) return refuse(response, refusal)
      let primary: ClientRequest
      try {
        primary = open(request)
      } catch {
        return refuse(response, gatewayError('LB_ERR_BAD_REQUEST', 'this is not valid HTTP'))
      }
      relayRequest(request, response, primary, (cause) => refuse(response, unreachable(), cause))
    },
    handleUpgrade(request, socket, head) {
      upgraded.add(socket)
      socket.once('close', () => upgraded.delete(socket))
      openTunnel(socketPath, { request, socket, head }, (cause) => {
        const { headers, problem } = problemOf(request, unreachable(), cause)
        endWithProblem(socket, headers, problem)
      })
    },
    close() {
      agent.destroy()
      for (const socket of upgraded) socket.destroy()
    },
  }
}
