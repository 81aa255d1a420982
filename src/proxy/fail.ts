// Ends a request with an error, and never with what looks like a whole answer.
import type { GatewayError } from '../core/gateway-error.ts'
import type { AttemptFailure } from './blame.ts'
import { cutAnswer, endAnswer, isOpen, refuseClient } from './client-response.ts'
import { finish, type Flight } from './flight.ts'
import { failOver } from './launch.ts'
import { errorEvent } from './upstream-fault.ts'

/** @param rest - what was still held back of the answer. */
export function fail(
  flight: Flight,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  const { client, reader, lease, tried, request, finished, committed } = flight
  const { requestId } = request.exchange
  finish(flight, { outcome: failure, status: fault.statusCode, errorCode: fault.code })
  if (!isOpen(client)) {
    if (lease) client.headers.push('x-lb-endpoint', lease.endpoint.config.name)
    if (tried.length > 0)
      client.headers.push('x-lb-attempts', String(tried.length), 'x-should-retry', 'false')
    refuseClient(client, fault, requestId)
    return
  }
  // A stream that had said that it is complete was complete.
  if (finished && reader?.isStream) return endAnswer(client, rest ?? undefined)
  if (committed && (!reader?.isStream || rest !== null || !reader.isAtBoundary())) return cutAnswer(client)
  endAnswer(client, errorEvent(fault, requestId))
}

/** The upstream failed: on to another endpoint while that is possible. */
export function takeFault(
  flight: Flight,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  if (!failOver(flight, failure)) fail(flight, fault, failure, rest)
}
