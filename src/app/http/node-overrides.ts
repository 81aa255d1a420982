// Takes over what Node would answer by itself, with a bare status and without the agreed body.
import type { IncomingMessage, Server } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

/** Expectations that nobody knows may be ignored; Node would answer 417. @see https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1 */
export function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
}

/** Expects a server made with `requireHostHeader: false`. */
export function hostRefusal({ headers, httpVersion }: IncomingMessage): GatewayError | undefined {
  if (headers.host !== undefined || httpVersion !== '1.1') return undefined
  return gatewayError('LB_ERR_BAD_REQUEST', 'the Host header is missing')
}
