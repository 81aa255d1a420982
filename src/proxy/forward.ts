// Carries one request to an endpoint and its answer back, until the answer ends, the time is up, or the client leaves.
import type { ServerResponse } from 'node:http'
import { gatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { Refusal } from '../core/router.ts'
import { openClientResponse, type ClientResponseOptions } from './client-response.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'
import { startKeepalive } from './early-stream.ts'
import { CLIENT_CLOSED_REQUEST } from './exchange.ts'
import { fail } from './fail.ts'
import { finish, type Flight, type ForwardOptions, type ForwardRequest } from './flight.ts'
import { enter, proceed } from './launch.ts'
import { takeAnswer } from './take-answer.ts'

const toError = ({ code, detail, retryAfterS }: Refusal): GatewayError =>
  gatewayError(code, detail, { retryAfterS })

const refuse = (flight: Flight, refusal: Refusal): void =>
  fail(flight, toError(refusal), { error: refusal.detail, isLocal: true })

function expire(flight: Flight): void {
  flight.waiting?.leave()
  flight.attempt?.abort()
  const fault = gatewayError('LB_ERR_UPSTREAM_TIMEOUT', 'no endpoint answered in time')
  fail(flight, fault, { error: fault.message, isLocal: flight.lease === undefined, isRequests: true })
}

function leave(flight: Flight): void {
  flight.waiting?.leave()
  flight.attempt?.abort()
  finish(flight, { outcome: 'aborted', status: CLIENT_CLOSED_REQUEST })
}

function createFlight(
  options: ForwardOptions,
  clientOptions: ClientResponseOptions<Flight>,
  deadlines: Deadlines<Flight>,
  request: ForwardRequest,
  raw: ServerResponse,
  headers: string[],
): Flight {
  const flight: Omit<Flight, 'client'> & { client: Flight['client'] | undefined } = {
    options,
    request,
    client: undefined,
    listener: takeAnswer,
    onRefusal: refuse,
    deadlines,
    deadline: undefined,
    tried: [],
    blame: undefined,
    failures: undefined,
    kept: [],
    keptBytes: 0,
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
  const whole = flight as Flight
  flight.client = openClientResponse(clientOptions, whole, raw, headers)
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
  const clientOptions: ClientResponseOptions<Flight> = {
    isDraining,
    stallMs,
    onDrain: ({ attempt }) => attempt?.resume(),
    onGone: leave,
  }
  return (request, raw, headers) => {
    const flight = createFlight(options, clientOptions, deadlines, request, raw, headers)
    const isStream = request.prepared?.stream === true
    const admittance = enter(flight)
    if ('refusal' in admittance) {
      const error = toError(admittance.refusal)
      const outcome = { error: error.message, isLocal: true }
      finish(flight, { outcome, status: error.statusCode, errorCode: error.code })
      return error
    }
    flight.deadline = deadlines.add(flight)
    if (keepaliveMs > 0 && isStream) startKeepalive(flight)
    proceed(flight, admittance)
    return undefined
  }
}
