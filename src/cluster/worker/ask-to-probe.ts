// After a cooldown of some requests, while others are served, all workers together send one probe: a request that may be it
// waits until the primary has said whether its worker may send it. A worker keeps the leave while such a request waits in its queue.
import { isProbeDue, servesOthers } from '../../core/lease/breaker.ts'
import { covers } from '../../core/lease/scope.ts'
import type { Clock } from '../../core/clock.ts'
import type { Admission, QueueTicket, WaitListener } from '../../core/queue/admission.ts'
import { coolingFor, findWire, servedAs, wiresFor } from '../../core/routing/candidate-set.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { EndpointRuntime, Trip } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { WorkerMessage } from '../messages.ts'

interface AskOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly post: (message: WorkerMessage, isUrgent: boolean) => void
}

export interface ProbingAdmission {
  readonly admission: Admission
  /** The primary's answer. @param allowedIds - the endpoints that this worker may send one probe to. */
  answer(id: number, allowedIds: readonly number[]): void
  /**
   * Asks for requests that wait in the queue, and gives back what none of them can use any more. To be called every 250 ms
   * or so, since no event marks the end of a cooldown.
   */
  recheck(): void
}

/** A request does not wait longer for a primary that is busy. */
const ANSWER_MS = 1_000

const nothing = (): void => undefined
const NO_TICKET: QueueTicket = { cancel: nothing }

const concerns = ({ scope }: Trip, request: RoutingRequest): boolean =>
  servedAs(request).some((each) => covers(scope, each))

/** Whether a request waits that the endpoint's cooldown concerns. */
function probeWaits(admission: Admission, endpoint: EndpointRuntime): boolean {
  const { tripped } = endpoint
  return tripped !== null && admission.waitingFor(endpoint).some((request) => concerns(tripped, request))
}

function isWired(state: GatewayState, request: RoutingRequest, { config }: EndpointRuntime): boolean {
  return servedAs(request).some((each) => findWire(wiresFor(state, each), config.id) !== undefined)
}

/** The endpoints at which the request may be the probe, for which this worker has no leave. */
const dueFor = (state: GatewayState, request: RoutingRequest, nowMs: number): readonly EndpointRuntime[] =>
  coolingFor(state, request).filter(
    (endpoint) =>
      servesOthers(endpoint.tripped) &&
      endpoint.tripped.probesLeft === 0 &&
      isProbeDue(endpoint.tripped, nowMs) &&
      isWired(state, request, endpoint),
  )

/** @param admission - whose leases are reported as they are taken. */
export function askToProbe(
  { state, clock, setTimer, post }: AskOptions,
  admission: Admission,
): ProbingAdmission {
  /** What each question without an answer has held up. */
  const asked = new Map<number, () => void>()
  let last = 0

  const ask = (endpoints: readonly EndpointRuntime[], onAnswer: () => void): number => {
    const id = (last += 1)
    asked.set(id, onAnswer)
    post({ type: 'ask to probe', id, endpointIds: endpoints.map(({ config }) => config.id) }, true)
    return id
  }

  /** Gives back the leave that is neither used nor waited for. */
  const giveBackUnused = (endpoints: readonly EndpointRuntime[]): void => {
    const unused = endpoints.filter((endpoint) => {
      const { tripped } = endpoint
      if (!servesOthers(tripped)) return true
      if (tripped.probesLeft === 0 || probeWaits(admission, endpoint)) return false
      tripped.probesLeft = 0
      return true
    })
    const endpointIds = unused.map(({ config }) => config.id)
    if (endpointIds.length > 0) post({ type: 'no probe', endpointIds }, true)
  }

  const admitLater = (
    request: RoutingRequest,
    endpoints: readonly EndpointRuntime[],
    listener: WaitListener,
  ): QueueTicket => {
    let ticket: QueueTicket
    const admitOnce = (): void => {
      ticket.cancel()
      ticket = NO_TICKET
      const result = admission.admit(request, [], listener)
      if ('lease' in result) listener.onLease(result.lease)
      else if ('refusal' in result) listener.onRefusal(result.refusal)
      else ticket = result.waiting
    }
    // Then it is none, and the answer is for those that wait by then.
    const cancelTimer = setTimer(admitOnce, ANSWER_MS)
    const id = ask(endpoints, admitOnce)
    ticket = {
      cancel() {
        cancelTimer()
        asked.set(id, nothing)
      },
    }
    return { cancel: () => ticket.cancel() }
  }

  return {
    admission: {
      ...admission,
      admit(request, tried, listener) {
        // One that has failed elsewhere does not wait for it: its response is better than a wait in vain.
        if (listener === undefined || tried.length > 0) return admission.admit(request, tried, listener)
        const due = dueFor(state, request, clock())
        return due.length === 0
          ? admission.admit(request, tried, listener)
          : { waiting: admitLater(request, due, listener) }
      },
    },
    answer(id, allowedIds) {
      const allowed = allowedIds.map((each) => state.endpoint(each))
      for (const { tripped } of allowed) if (servesOthers(tripped)) tripped.probesLeft = 1
      // Those that have waited longer come first.
      for (const endpoint of allowed) admission.serveRoom(endpoint)
      asked.get(id)?.()
      asked.delete(id)
      giveBackUnused(allowed)
    },
    recheck() {
      const cooling = [...state.scopedTrips].filter(({ tripped }) => servesOthers(tripped))
      giveBackUnused(cooling.filter(({ tripped }) => tripped?.probesLeft === 1))
      const due = cooling.filter(
        (endpoint) =>
          endpoint.tripped?.probesLeft === 0 &&
          isProbeDue(endpoint.tripped, clock()) &&
          probeWaits(admission, endpoint),
      )
      if (due.length > 0) ask(due, nothing)
    },
  }
}
