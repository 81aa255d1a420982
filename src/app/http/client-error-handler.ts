// Responds to what Node's parser rejects: bytes that are not HTTP, oversized header fields, bodies that do not arrive.
import type { Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '../../contract/error-codes.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { renderProblem } from '../../http/problem.ts'
import { endWithProblem } from '../../http/send-problem.ts'
import { securityHeaders } from './response-headers.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'LB_ERR_HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'LB_ERR_REQUEST_TIMEOUT',
}

/** Node stores the response in progress in this internal field, and its default handler of such errors reads it too. */
type ServerSocket = Socket & { readonly _httpMessage?: { readonly headersSent: boolean } | null }

export function createClientErrorHandler(version: string) {
  return (error: Error & { code?: string }, socket: ServerSocket): void => {
    const isResponding = socket._httpMessage?.headersSent === true
    if (!socket.writable || error.code === 'ECONNRESET' || isResponding) return void socket.destroy()
    const requestId = randomUUID()
    const code = codes[error.code ?? ''] ?? 'LB_ERR_BAD_REQUEST'
    const known = gatewayError(
      code,
      code === 'LB_ERR_BAD_REQUEST' ? 'this is not valid HTTP' : 'see the title',
    )
    endWithProblem(
      socket,
      { 'x-request-id': requestId, ...securityHeaders(version) },
      renderProblem(known, requestId, 'client'),
    )
  }
}
