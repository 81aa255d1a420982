// Carries one request to an endpoint and its answer back, until the answer ends, the time is up, or the client leaves.
import type { ServerResponse } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { Refusal } from '../../core/routing/router.ts'
import { createClientResponse, type ClientResponseOptions } from '../response/client-response.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'
import { startKeepalive } from './start-keepalive.ts'
import { CLIENT_CLOSED_REQUEST } from './request-record.ts'
import { failRequest } from './fail-request.ts'
import { finish, type ForwardContext, type ForwardOptions, type ForwardRequest } from './forward-context.ts'
import { requestLease, dispatchOrWait } from './dispatch.ts'
import { responseListener } from './receive-response.ts'

const toError = ({ code, detail, retryAfterS }: Refusal): GatewayError =>
  gatewayError(code, detail, { retryAfterS })

const refuse = (context: ForwardContext, refusal: Refusal): void =>
  failRequest(context, toError(refusal), { error: refusal.detail, isLocal: true })

function expire(context: ForwardContext): void {
  context.waiting?.cancel()
  context.attempt?.abort()
  const fault = gatewayError('LB_ERR_UPSTREAM_TIMEOUT', 'no endpoint answered in time')
  failRequest(context, fault, {
    error: fault.message,
    isLocal: context.lease === undefined,
    mayBeRequestFault: true,
  })
}

function cancel(context: ForwardContext): void {
  context.waiting?.cancel()
  context.attempt?.abort()
  finish(context, { outcome: 'aborted', status: CLIENT_CLOSED_REQUEST })
}

function createForwardContext(
  options: ForwardOptions,
  clientOptions: ClientResponseOptions<ForwardContext>,
  deadlines: Deadlines<ForwardContext>,
  request: ForwardRequest,
  raw: ServerResponse,
  headers: string[],
): ForwardContext {
  const context: Omit<ForwardContext, 'client'> & { client: ForwardContext['client'] | undefined } = {
    options,
    request,
    client: undefined,
    listener: responseListener,
    onRefusal: refuse,
    deadlines,
    deadline: undefined,
    tried: [],
    attribution: undefined,
    failures: undefined,
    buffered: [],
    bufferedBytes: 0,
    keepalive: undefined,
    waiting: undefined,
    lease: undefined,
    attempt: undefined,
    attemptStartMs: 0,
    status: 0,
    headers: {},
    asksUsage: false,
    reader: undefined,
    ttftMs: undefined,
    committed: false,
    finished: false,
  }
  const whole = context as ForwardContext
  context.client = createClientResponse(clientOptions, whole, raw, headers)
  return whole
}

/**
 * @param headers - what every answer of ours carries, as the list that this one's are added to.
 * @returns a refusal where no endpoint can take the request; else the answer goes to `raw` when it comes.
 */
export type Forward = (
  request: ForwardRequest,
  raw: ServerResponse,
  headers: string[],
) => GatewayError | undefined

export function createForward(options: ForwardOptions): Forward {
  const { totalTimeoutMs, keepaliveMs, isDraining, stallMs } = options
  const deadlines = createDeadlines(totalTimeoutMs, expire)
  const clientOptions: ClientResponseOptions<ForwardContext> = {
    isDraining,
    stallMs,
    onDrain: ({ attempt }) => attempt?.resume(),
    onAborted: cancel,
  }
  return (request, raw, headers) => {
    const context = createForwardContext(options, clientOptions, deadlines, request, raw, headers)
    const isStream = request.prepared?.stream === true
    const admission = requestLease(context)
    if ('refusal' in admission) {
      const error = toError(admission.refusal)
      const outcome = { error: error.message, isLocal: true }
      finish(context, { outcome, status: error.statusCode, errorCode: error.code })
      return error
    }
    context.deadline = deadlines.add(context)
    if (keepaliveMs > 0 && isStream) startKeepalive(context)
    dispatchOrWait(context, admission)
    return undefined
  }
}
