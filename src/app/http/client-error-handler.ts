// Responds to what Node's parser rejects: bytes that are not HTTP, oversized header fields, bodies that do not arrive.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '../../contract/error-codes.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { renderProblem } from '../../http/problem.ts'
import { endWithProblem } from '../../http/send-problem.ts'
import { audienceOf } from './error-handlers.ts'
import { requestIdHeaders, securityHeaders } from './response-headers.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'LB_ERR_HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'LB_ERR_REQUEST_TIMEOUT',
}

/** Node stores the response in progress in this internal field, and its default handler of such errors reads it too. */
type ServerSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

/** Calls back once the responses to the requests that came before have been sent, which a client takes in order. */
function afterResponses(socket: ServerSocket, then: () => void): void {
  const response = socket._httpMessage
  if (!response) return then()
  // Node assigns the next response in the same tick.
  response.once('close', () => setImmediate(() => afterResponses(socket, then)))
}

export function createClientErrorHandler(version: string) {
  const failed = new WeakSet<ServerSocket>()
  return (error: Error & { code?: string }, socket: ServerSocket): void => {
    if (failed.has(socket)) return
    failed.add(socket)
    const { _httpMessage: current } = socket
    // The request whose body is bad is the one that is responded to: its response cannot be completed.
    const isOwn = current !== undefined && current !== null && !current.req.complete
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
    // A request that was refused before its body: what has been written of the refusal is sent.
    if (isOwn && current.headersSent) return void socket.destroySoon()
    const requestId = randomUUID()
    const code = codes[error.code ?? ''] ?? 'LB_ERR_BAD_REQUEST'
    const known = gatewayError(
      code,
      code === 'LB_ERR_BAD_REQUEST' ? 'this is not valid HTTP' : 'see the title',
    )
    const audience = isOwn ? audienceOf(current.req) : 'client'
    const respond = (): void => {
      if (!socket.writable) return
      endWithProblem(
        socket,
        { ...requestIdHeaders(requestId, audience), ...securityHeaders(version) },
        renderProblem(known, requestId, audience),
      )
    }
    if (isOwn) respond()
    else afterResponses(socket, respond)
  }
}
