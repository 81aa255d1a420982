// Overrides the requests that Node responds to by itself, with a bare status and without a problem body.
import type { IncomingMessage, Server } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

/** Serves a request with an unknown expectation as usual, which the RFC allows; Node would respond with 417. @see https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1 */
export function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
}

/** Expects a server made with `requireHostHeader: false`. */
export function hostRefusal({ headers, httpVersion }: IncomingMessage): GatewayError | undefined {
  if (headers.host !== undefined || httpVersion !== '1.1') return undefined
  return gatewayError('LB_ERR_BAD_REQUEST', 'the Host header is missing')
}
