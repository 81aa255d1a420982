// After a cooldown of some requests, while others are served, all workers together send one probe: a request that may be it
// waits until the primary has said whether its worker may send it.
import { isProbeDue, servesOthers } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { Admission, QueueTicket, WaitListener } from '../../core/queue/admission.ts'
import { coolingFor, findWire, servedAs, wiresFor } from '../../core/routing/candidate-set.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { WorkerMessage } from '../messages.ts'

interface AskOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly post: (message: WorkerMessage, isUrgent: boolean) => void
}

export interface ProbingAdmission {
  readonly admission: Admission
  /** The primary's answer. @param allowedIds - the endpoints that this worker may send one probe to. */
  answer(id: number, allowedIds: readonly number[]): void
}

const noAdmission = (): void => undefined
const NO_TICKET: QueueTicket = { cancel: noAdmission }

function isWired(state: GatewayState, request: RoutingRequest, { config }: EndpointRuntime): boolean {
  return servedAs(request).some((each) => findWire(wiresFor(state, each), config.id) !== undefined)
}

/** The endpoints at which the request may be the probe. */
const dueFor = (state: GatewayState, request: RoutingRequest, nowMs: number): readonly EndpointRuntime[] =>
  coolingFor(state, request).filter(
    (endpoint) =>
      servesOthers(endpoint.tripped) &&
      isProbeDue(endpoint.tripped, nowMs) &&
      isWired(state, request, endpoint),
  )

/** @param admission - whose leases are reported as they are taken. */
export function askToProbe({ state, clock, post }: AskOptions, admission: Admission): ProbingAdmission {
  const waiting = new Map<number, () => void>()
  let last = 0

  /** Admits what waits and may be the probe, then what `admit` admits. */
  const admitWith = (allowedIds: readonly number[], admit: () => void): void => {
    const allowed = allowedIds.map((id) => state.endpoint(id)).filter(({ tripped }) => servesOthers(tripped))
    for (const { tripped } of allowed) if (tripped) tripped.mayProbe = true
    for (const endpoint of allowed) admission.serveRoom(endpoint)
    admit()
    for (const { tripped } of allowed) if (servesOthers(tripped)) tripped.mayProbe = false
    const unused = allowedIds.filter((id) => state.endpoint(id).tripped?.probing !== true)
    if (unused.length > 0) post({ type: 'no probe', endpointIds: unused }, true)
  }

  const admitLater = (
    request: RoutingRequest,
    endpoints: readonly EndpointRuntime[],
    listener: WaitListener,
  ): QueueTicket => {
    const id = (last += 1)
    const endpointIds = endpoints.map(({ config }) => config.id)
    let ticket: QueueTicket = { cancel: () => void waiting.set(id, noAdmission) }
    waiting.set(id, () => {
      ticket = NO_TICKET
      const result = admission.admit(request, [], listener)
      if ('lease' in result) listener.onLease(result.lease)
      else if ('refusal' in result) listener.onRefusal(result.refusal)
      else ticket = result.waiting
    })
    post({ type: 'ask to probe', id, endpointIds }, true)
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
      admitWith(allowedIds, waiting.get(id) ?? noAdmission)
      waiting.delete(id)
    },
  }
}
