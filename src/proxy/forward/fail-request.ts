// Ends a request with an error, and never with what looks like a whole answer.
import type { GatewayError } from '../../core/gateway-error.ts'
import type { AttemptFailure } from './failure-attribution.ts'
import {
  destroyResponse,
  endResponse,
  hasSentHeaders,
  sendErrorResponse,
} from '../response/client-response.ts'
import { finish, type ForwardContext } from './forward-context.ts'
import { failOver } from './dispatch.ts'
import { errorEvent } from '../upstream/upstream-fault.ts'

/** @param rest - what was still held back of the answer. */
export function failRequest(
  context: ForwardContext,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  const { client, reader, lease, tried, request, finished, committed } = context
  const { requestId } = request.record
  finish(context, { outcome: failure, status: fault.statusCode, errorCode: fault.code })
  if (!hasSentHeaders(client)) {
    if (lease) client.headers.push('x-lb-endpoint', lease.endpoint.config.name)
    if (tried.length > 0)
      client.headers.push('x-lb-attempts', String(tried.length), 'x-should-retry', 'false')
    sendErrorResponse(client, fault, requestId)
    return
  }
  // A stream that had said that it is complete was complete.
  if (finished && reader?.isStream) return endResponse(client, rest ?? undefined)
  if (committed && (!reader?.isStream || rest !== null || !reader.isAtBoundary()))
    return destroyResponse(client)
  endResponse(client, errorEvent(fault))
}

/** The upstream failed: on to another endpoint while that is possible. */
export function handleFault(
  context: ForwardContext,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  if (!failOver(context, failure)) failRequest(context, fault, failure, rest)
}
