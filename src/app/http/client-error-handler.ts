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

/**
 * Calls back once the responses to the requests that came whole have been sent, which a client takes in order.
 * @param then - is given the response to the request whose body is bad: it cannot be completed.
 */
function afterResponses(socket: ServerSocket, then: (current: ServerResponse | undefined) => void): void {
  const response = socket._httpMessage
  if (!response?.req.complete) return then(response ?? undefined)
  // Node assigns the next response in the same tick.
  response.once('close', () => setImmediate(() => afterResponses(socket, then)))
}

export function createClientErrorHandler(version: string) {
  const failed = new WeakSet<ServerSocket>()
  return (error: Error & { code?: string }, socket: ServerSocket): void => {
    if (failed.has(socket)) return
    failed.add(socket)
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
    afterResponses(socket, (current) => {
      if (!socket.writable) return
      // A request that was refused before its body: what has been written of the refusal is sent.
      if (current?.headersSent) return void socket.destroySoon()
      const requestId = randomUUID()
      const code = codes[error.code ?? ''] ?? 'LB_ERR_BAD_REQUEST'
      const known = gatewayError(
        code,
        code === 'LB_ERR_BAD_REQUEST' ? 'this is not valid HTTP' : 'see the title',
      )
      const audience = current ? audienceOf(current.req) : 'client'
      endWithProblem(
        socket,
        { ...requestIdHeaders(requestId, audience), ...securityHeaders(version) },
        renderProblem(known, requestId, audience),
      )
    })
  }
}
