// Forwards a request to an endpoint and the response to the client, until it ends, its time expires or the client leaves.
import type { HttpResponse } from '../../http/server/http-messages.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { append } from '../../core/linked-list.ts'
import { refusalError, type Refusal } from '../../core/routing/refusal.ts'
import { createClientResponse, type ClientResponseOptions } from '../response/client-response.ts'
import { createDeadlines, type Deadlines } from '../../http/deadlines.ts'
import { createHungEndpoints } from './hung-endpoints.ts'
import { startKeepalive } from './start-keepalive.ts'
import { CLIENT_CLOSED_REQUEST } from './request-record.ts'
import { attachGranted, requestLease, send } from './dispatch.ts'
import { failInternally, failRequest } from './fail-request.ts'
import { finish } from './finish-request.ts'
import {
  transition,
  type ForwardContext,
  type ForwardOptions,
  type ForwardRequest,
} from './forward-context.ts'
import { responseListener } from './receive-response.ts'

function expire(context: ForwardContext): void {
  try {
    context.attempt?.abort()
    const fault = gatewayError('LB_ERR_UPSTREAM_TIMEOUT', 'no endpoint answered in time')
    failRequest(context, fault, {
      error: fault.message,
      isLocal: context.lease === undefined,
      cause: 'request',
    })
  } catch (error) {
    failInternally(context, error)
  }
}

/** The client has left. */
function cancel(context: ForwardContext): void {
  try {
    context.attempt?.abort()
    finish(context, { outcome: 'aborted', status: CLIENT_CLOSED_REQUEST })
    transition(context, 'ended')
  } catch (error) {
    failInternally(context, error)
  }
}

/** The client has read what was written. */
function resume(context: ForwardContext): void {
  try {
    context.attempt?.resume()
  } catch (error) {
    failInternally(context, error)
  }
}

function createForwardContext(
  options: ForwardOptions,
  clientOptions: ClientResponseOptions<ForwardContext>,
  deadlines: Deadlines<ForwardContext>,
  request: ForwardRequest,
  raw: HttpResponse,
  headers: string[],
): ForwardContext {
  const context: Omit<ForwardContext, 'client'> & { client: ForwardContext['client'] | undefined } = {
    options,
    request,
    client: undefined,
    listener: responseListener,
    phase: 'new',
    deadlines,
    deadline: undefined,
    tried: [],
    attribution: undefined,
    failures: undefined,
    buffered: [],
    bufferedBytes: 0,
    keptObjects: 0,
    keepalive: undefined,
    ticket: undefined,
    lease: undefined,
    hasBytes: false,
    chargedDeltas: 0,
    endpoint: undefined,
    servedModel: undefined,
    route: undefined,
    isTranslated: false,
    translated: undefined,
    attempt: undefined,
    refusedAtMs: undefined,
    isHedged: false,
    attemptStartMs: 0,
    // A form is a file, whose bytes are no tokens.
    bodyBytes: request.api.takesForm ? 0 : (request.prepared?.bytes.length ?? 0),
    status: 0,
    headers: {},
    asksUsage: false,
    reader: undefined,
    ttftMs: undefined,
    previous: undefined,
    next: undefined,
  }
  const complete = context as ForwardContext
  context.client = createClientResponse(clientOptions, complete, raw, headers)
  return complete
}

/** Reports a request that no endpoint can take; the caller sends the error. */
function refuse(context: ForwardContext, refusal: Refusal): GatewayError {
  const error = refusalError(refusal)
  const outcome = { error: error.message, isLocal: true }
  finish(context, { outcome, status: context.request.api.errors.statusOf(error), errorCode: error.code })
  transition(context, 'ended')
  return error
}

/**
 * Does not throw.
 * @param headers - of every response of the balancer: name, value, name, value; the response's own are added to the list.
 * @returns the refusal, unsent, where no endpoint can take the request; otherwise the response is written to `raw` later.
 */
export type Forward = (
  request: ForwardRequest,
  raw: HttpResponse,
  headers: string[],
) => GatewayError | undefined

export function createForward(options: ForwardOptions): Forward {
  const { totalTimeoutMs, keepaliveMs, isDraining } = options
  const deadlines = createDeadlines(totalTimeoutMs, expire)
  const hungEndpoints = createHungEndpoints(options, deadlines)
  const clientOptions: ClientResponseOptions<ForwardContext> = {
    isDraining,
    onDrain: resume,
    onAborted: cancel,
  }
  return (request, raw, headers) => {
    const context = createForwardContext(options, clientOptions, deadlines, request, raw, headers)
    const takesComments = request.prepared?.stream === true && request.api.streamForm === 'events'
    hungEndpoints.onRequest()
    append(options.open, context)
    try {
      const granted = requestLease(context)
      if ('refusal' in granted) return refuse(context, granted.refusal)
      attachGranted(context, granted)
      context.deadline = deadlines.add(context)
      if (keepaliveMs > 0 && takesComments) startKeepalive(context)
      if ('lease' in granted) send(context, granted.lease)
    } catch (error) {
      failInternally(context, error)
    }
    return undefined
  }
}
