// Answers what never becomes a request: bytes that are not HTTP, header fields beyond measure, bodies that never come.
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

/** Node keeps the answer that is under way here; its own handler of such errors looks at it, too. */
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
