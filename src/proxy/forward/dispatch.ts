// Sends a request to the endpoint that is selected, and on to the next where it fails before the client has seen anything.
import type { WaitListener } from '../../core/queue/admission.ts'
import type { Lease } from '../../core/lease/lease.ts'
import { startUpstreamRequest } from '../../http/upstream-request.ts'
import type { AttemptFailure } from './failure-attribution.ts'
import { settle, type ForwardContext } from './forward-context.ts'
import { upstreamHeaders } from '../request/header-policy.ts'
import { spliceBody } from '../request/splice-body.ts'

function dispatch(context: ForwardContext, lease: Lease): void {
  const { options, request, listener } = context
  const { prepared } = request
  if (prepared === undefined) throw new Error('nothing is sent after the commit')
  const endpoint = lease.endpoint.config
  const upstream = options.pools.of(endpoint)
  const endsInUsage = prepared.kind === 'chat' || prepared.kind === 'completions'
  const timeoutMs = endpoint.timeoutS * 1000
  context.waiting = undefined
  context.lease = lease
  context.attemptStartMs = request.record.elapsedMs()
  context.asksUsage = prepared.stream && endsInUsage && endpoint.requestStreamUsage
  context.tried.push(lease.endpoint)
  context.attempt = startUpstreamRequest(
    upstream,
    {
      method: 'POST',
      path: request.path,
      headers: upstreamHeaders(request.rawHeaders, {
        requestId: request.record.requestId,
        authorization: upstream.authorization,
      }),
      body: spliceBody(prepared, {
        includeUsage: context.asksUsage,
        priority: request.routing.token?.requestPriority || undefined,
      }),
      headersTimeoutMs: timeoutMs,
      bodyTimeoutMs: timeoutMs,
    },
    listener,
    context,
  )
}

/** What a flight does when it has waited for an endpoint with room. */
const waitListener = (context: ForwardContext): WaitListener => ({
  onLease: (lease) => dispatch(context, lease),
  onRefusal(refusal) {
    context.waiting = undefined
    context.onRefusal(context, refusal)
  },
})

/** Asks for an endpoint. @returns what `proceed` takes, or a refusal. */
export const requestLease = (context: ForwardContext) =>
  context.options.admission.admit(context.request.routing, context.tried, waitListener(context))

/** Goes to the endpoint, or waits for one. */
export function dispatchOrWait(
  context: ForwardContext,
  admission: Exclude<ReturnType<typeof requestLease>, { refusal: unknown }>,
): void {
  if ('lease' in admission) dispatch(context, admission.lease)
  else context.waiting = admission.waiting
}

/** Moves on to another endpoint where that is still possible. @returns whether it did. */
export function failOver(context: ForwardContext, failure: AttemptFailure): boolean {
  const { options, tried, committed, finished } = context
  if (committed || finished || tried.length > options.failoverAttempts) return false
  const admission = requestLease(context)
  if ('refusal' in admission) return false
  context.attempt?.abort()
  settle(context, failure, true)
  context.buffered.length = 0
  context.bufferedBytes = 0
  context.lease = undefined
  context.reader = undefined
  dispatchOrWait(context, admission)
  return true
}
