// Sends a request to the endpoint that is selected, and on to the next where it fails before the client has seen anything.
import type { WaitListener } from '../core/admission.ts'
import type { Lease } from '../core/lease.ts'
import { startAttempt } from './attempt.ts'
import type { AttemptFailure } from './blame.ts'
import { settle, type Flight } from './flight.ts'
import { upstreamHeaders } from './header-policy.ts'
import { spliceBody } from './splice-body.ts'

function launch(flight: Flight, lease: Lease): void {
  const { options, request, listener } = flight
  const { prepared } = request
  if (prepared === undefined) throw new Error('nothing is sent after the commit')
  const endpoint = lease.endpoint.config
  const upstream = options.pools.of(endpoint)
  const endsInUsage = prepared.kind === 'chat' || prepared.kind === 'completions'
  const timeoutMs = endpoint.timeoutS * 1000
  flight.waiting = undefined
  flight.lease = lease
  flight.attemptStartMs = request.exchange.elapsedMs()
  flight.asksUsage = prepared.stream && endsInUsage && endpoint.requestStreamUsage
  flight.tried.push(lease.endpoint)
  flight.attempt = startAttempt(
    upstream,
    {
      method: 'POST',
      path: request.path,
      headers: upstreamHeaders(request.rawHeaders, {
        requestId: request.exchange.requestId,
        authorization: upstream.authorization,
      }),
      body: spliceBody(prepared, {
        includeUsage: flight.asksUsage,
        priority: request.demand.token?.requestPriority || undefined,
      }),
      headersTimeoutMs: timeoutMs,
      bodyTimeoutMs: timeoutMs,
    },
    listener,
    flight,
  )
}

/** What a flight does when it has waited for an endpoint with room. */
const waitListener = (flight: Flight): WaitListener => ({
  onLease: (lease) => launch(flight, lease),
  onRefusal(refusal) {
    flight.waiting = undefined
    flight.onRefusal(flight, refusal)
  },
})

/** Asks for an endpoint. @returns what `proceed` takes, or a refusal. */
export const enter = (flight: Flight) =>
  flight.options.admission.enter(flight.request.demand, flight.tried, waitListener(flight))

/** Goes to the endpoint, or waits for one. */
export function proceed(
  flight: Flight,
  admittance: Exclude<ReturnType<typeof enter>, { refusal: unknown }>,
): void {
  if ('lease' in admittance) launch(flight, admittance.lease)
  else flight.waiting = admittance.waiting
}

/** Moves on to another endpoint where that is still possible. @returns whether it did. */
export function failOver(flight: Flight, failure: AttemptFailure): boolean {
  const { options, tried, committed, finished } = flight
  if (committed || finished || tried.length > options.failoverAttempts) return false
  const admittance = enter(flight)
  if ('refusal' in admittance) return false
  flight.attempt?.abort()
  settle(flight, failure, true)
  flight.kept.length = 0
  flight.keptBytes = 0
  flight.lease = undefined
  flight.reader = undefined
  proceed(flight, admittance)
  return true
}
