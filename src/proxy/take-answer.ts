// Hands an endpoint's answer on to the client, from its head to its end, and sees what it tells of itself on its way.
import { gatewayError } from '../core/gateway-error.ts'
import { createAnswerReader } from './answer-reader.ts'
import type { AnswerHeaders, AttemptListener } from './attempt.ts'
import { acquit, type AttemptFailure } from './blame.ts'
import { beginAnswer, endAnswer, isOpen, writeAnswer } from './client-response.ts'
import { takeFault } from './fail.ts'
import { endDeadline, finish, type Flight } from './flight.ts'
import { addDownstreamHeaders } from './header-policy.ts'
import { failOver } from './launch.ts'
import { readRetryAfterMs } from './retry-after.ts'
import {
  errorEventOf,
  isFailureStatus,
  isLocalFault,
  isRequestsFault,
  isRequestsStatus,
  upstreamFault,
} from './upstream-fault.ts'

const BAD_GATEWAY = 502
// An answer larger than this is not kept, neither for the cache nor to be told in an event.
const MAX_KEPT_BYTES = 16_777_216
const noHeaders: AnswerHeaders = {}

const statusFailure = (status: number, headers: AnswerHeaders): AttemptFailure => ({
  error: `status ${status}`,
  retryAfterMs: status === 429 || status === 503 ? readRetryAfterMs(headers, Date.now()) : undefined,
  isRequests: isRequestsStatus(status),
})
const toldError: AttemptFailure = { error: 'reported an error', isRequests: true }

function takeHead(flight: Flight, status: number, headers: AnswerHeaders): void {
  if (!isFailureStatus(status)) flight.lease?.responded()
  else if (failOver(flight, statusFailure(status, headers))) return
  const { prepared } = flight.request
  if (prepared === undefined) return
  flight.status = status
  flight.headers = headers
  flight.reader = createAnswerReader({
    kind: prepared.kind,
    status,
    headers,
    hideUsage: flight.asksUsage && !prepared.asksUsage,
  })
}

/** From here on the answer is this endpoint's. */
function commit(flight: Flight): void {
  const { client, lease, tried, status, headers, reader, request, blame } = flight
  const name = lease?.endpoint.config.name ?? ''
  flight.committed = true
  endDeadline(flight)
  clearTimeout(flight.keepalive)
  if (reader?.isStream) {
    // It may be open for long: the others' failures are their own, and nobody needs the prompt any more.
    if (blame) acquit(flight.options.suspects, blame)
    request.prepared = undefined
    flight.headers = noHeaders
  }
  if (isOpen(client)) {
    writeAnswer(client, `: x-lb-endpoint ${name}\n\n`)
    return
  }
  addDownstreamHeaders(client.headers, headers, { bodyIsUntouched: reader?.isStream === false })
  client.headers.push('x-lb-endpoint', name, 'x-lb-attempts', String(tried.length), 'x-lb-cache', 'MISS')
  if (isFailureStatus(status)) client.headers.push('x-should-retry', 'false')
  beginAnswer(client, status)
}

function keepChunk(flight: Flight, chunk: Buffer): void {
  flight.keptBytes += chunk.length
  if (flight.keptBytes <= MAX_KEPT_BYTES) flight.kept.push(chunk)
  else flight.kept.length = 0
}

function outcomeOf({ status, headers, reader }: Flight): 'success' | AttemptFailure {
  if (isFailureStatus(status)) return statusFailure(status, headers)
  return reader?.facts.tellsError ? toldError : 'success'
}

function takeData(flight: Flight, chunk: Buffer): void {
  const { reader, request, lease, client } = flight
  if (reader === undefined) return
  // Under a head that says event stream, any other answer is kept for the event it has to become.
  const becomesEvent = isOpen(client) && !flight.committed && !reader.isStream
  const ready = reader.push(chunk)
  if (reader.isStream && !flight.finished) {
    const { deltas, done } = reader.facts
    if (deltas > 0) {
      flight.ttftMs ??= request.exchange.elapsedMs()
      lease?.progress(deltas)
    }
    if (done) finish(flight, { outcome: outcomeOf(flight), status: flight.status })
  }
  if (becomesEvent || request.keep) keepChunk(flight, chunk)
  if (ready === null || becomesEvent) return
  if (!flight.committed) commit(flight)
  if (!writeAnswer(client, ready)) flight.attempt?.pause()
}

/** An answer that is no stream, for a client that has been told to expect one. */
function endAsEvent(flight: Flight, outcome: 'success' | AttemptFailure): void {
  const { client, request, kept, status } = flight
  finish(flight, { outcome, status, errorCode: 'LB_ERR_UPSTREAM_BROKEN' })
  endAnswer(client, errorEventOf(Buffer.concat(kept), status, request.exchange.requestId))
}

function takeEnd(flight: Flight): void {
  const { reader, client, request, headers } = flight
  const rest = reader?.end() ?? null
  if (reader === undefined) return
  if (reader.isCut()) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      "the endpoint's answer broke off before it was complete",
    )
    return takeFault(flight, fault, { error: fault.message, isRequests: true }, rest)
  }
  const outcome = outcomeOf(flight)
  if (reader.facts.tellsError && !flight.committed) {
    if (failOver(flight, toldError)) return
    // The body says it all, but under a 200 clients would take it for an answer.
    flight.status = BAD_GATEWAY
  }
  if (isOpen(client) && !reader.isStream && !flight.committed) return endAsEvent(flight, outcome)
  finish(flight, { outcome, status: flight.status })
  // The cache knows of no encoding, and so must not hold an answer that has one.
  const isKept = flight.keptBytes <= MAX_KEPT_BYTES && headers['content-encoding'] === undefined
  if (request.keep && isKept && outcome === 'success' && flight.status === 200) {
    request.keep(Buffer.concat(flight.kept), String(headers['content-type'] ?? 'application/json'))
  }
  if (!flight.committed) commit(flight)
  endAnswer(client, rest ?? undefined)
}

/** Hears of every attempt. */
export const takeAnswer: AttemptListener<Flight> = {
  onAnswer: takeHead,
  onData: takeData,
  onEnd: takeEnd,
  onError(flight, error) {
    const fault = upstreamFault(error)
    takeFault(flight, fault, {
      error: fault.message,
      isLocal: isLocalFault(error),
      isRequests: isRequestsFault(error),
    })
  },
}
