// Ends a request with an error, so that the client cannot take what it has for a complete response.
import { gatewayError, isGatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { headerText } from '../../http/field-syntax.ts'
import {
  destroyResponse,
  endResponse,
  hasEnded,
  hasSentHeaders,
  sendErrorResponse,
} from '../response/client-response.ts'
import type { AttemptFailure } from './failure-attribution.ts'
import { finish } from './finish-request.ts'
import { isUncommitted, transition, type ForwardContext } from './forward-context.ts'

/** What a client is told of an exception that is no GatewayError. */
export const internalError = (): GatewayError =>
  gatewayError('LB_ERR_INTERNAL', 'Something went wrong; the request id leads to the log.')

/** @param rest - the bytes of the response that were held back and have not been sent. */
export function failRequest(
  context: ForwardContext,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  const { client, reader, endpoint, servedModel, route, tried, request, phase } = context
  const { requestId } = request.record
  const { errors } = request.api
  finish(context, { outcome: failure, status: errors.statusOf(fault), errorCode: fault.code })
  if (!transition(context, 'ended')) return
  if (!hasSentHeaders(client)) {
    if (endpoint) client.headers.push('x-lb-endpoint', endpoint.config.name)
    if (servedModel !== undefined) client.headers.push('x-lb-model', headerText(servedModel))
    if (route !== undefined) client.headers.push('x-lb-route', headerText(route))
    if (tried.length > 0) {
      client.headers.push('x-lb-attempts', String(tried.length))
      // A refusal with a Retry-After, such as one of the queue, is worth repeating.
      if (fault.retryAfterS === undefined) client.headers.push('x-should-retry', 'false')
    }
    sendErrorResponse(client, errors.send, fault, requestId)
    return
  }
  // Only a stream that has reported its own end is settled before its connection ends: it is complete.
  if (phase === 'settled') return endResponse(client, rest ?? undefined)
  if (phase === 'committed' && (!reader?.isStream || rest !== null || !reader.isAtBoundary()))
    return destroyResponse(client)
  endResponse(client, errors.event(fault, reader?.facts.nextSequenceNumber ?? 0))
}

function failOrCut(context: ForwardContext, fault: GatewayError): void {
  const failure = { error: fault.message, isLocal: true }
  if (isUncommitted(context)) return failRequest(context, fault, failure)
  const status = context.request.api.errors.statusOf(fault)
  finish(context, { outcome: failure, status, errorCode: fault.code })
  // It is unknown how many of its bytes the client was sent.
  if (!hasEnded(context.client)) destroyResponse(context.client)
  transition(context, 'ended')
}

/**
 * Ends a request in one of whose callbacks something was thrown: settles its lease, without counting it against the endpoint,
 * reports it, and answers or cuts the client. Never throws.
 */
export function failInternally(context: ForwardContext, error: unknown): void {
  const { options, request, client } = context
  const isKnown = isGatewayError(error)
  if (!isKnown) options.onInternalError(error, request.record.requestId)
  try {
    failOrCut(context, isKnown ? error : internalError())
  } catch (second) {
    options.onInternalError(second, request.record.requestId)
    if (!hasEnded(client)) destroyResponse(client)
    transition(context, 'ended')
  }
}
