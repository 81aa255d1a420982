// Overrides the requests that Node responds to by itself, with a bare status and without a problem body.
import type { Server } from 'node:http'
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

const bad = (detail: string): GatewayError => gatewayError('LB_ERR_BAD_REQUEST', detail)

/** Serves a request with an unknown expectation as usual, which the RFC allows; Node would respond with 417. @see https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1 */
export function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts
}

/**
 * Refuses what Node's parser accepts although servers differ in how they read it.
 * Expects a server made with `requireHostHeader: false`.
 */
export function httpRefusal({ headers, httpVersion, rawHeaders }: HttpRequest): GatewayError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return bad('the HTTP version is neither 1.0 nor 1.1')
  const hosts = countHosts(rawHeaders)
  if (hosts > 1) return bad('there is more than one Host header')
  if (hosts === 0 && httpVersion === '1.1') return bad('the Host header is missing')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    return bad('the only transfer coding that is understood is chunked')
  return undefined
}
