// Allows the probes after cooldowns of some requests: one at a time to each endpoint, over all workers.
import { isProbeDue, servesOthers } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointRuntime, Trip } from '../../core/state/endpoint-runtime.ts'

export interface ProbeLeave {
  /** @returns whether the worker may send the next probe. */
  ask(workerId: number, endpoint: EndpointRuntime): boolean
  /** The worker sends none. */
  giveBack(workerId: number, endpoint: EndpointRuntime): void
  /** To be called with each lease that begins: a probe in flight needs no leave any more. */
  begun(endpoint: EndpointRuntime): void
  /** The worker has ended. */
  removeWorker(workerId: number): void
}

export function createProbeLeave(clock: Clock): ProbeLeave {
  /** Who may send a probe and is not known to have sent it; until then no other may. */
  const given = new Map<EndpointRuntime, { readonly workerId: number; readonly trip: Trip }>()
  return {
    ask(workerId, endpoint) {
      const { tripped } = endpoint
      if (!servesOthers(tripped) || !isProbeDue(tripped, clock())) return false
      if (given.get(endpoint)?.trip === tripped) return false
      given.set(endpoint, { workerId, trip: tripped })
      return true
    },
    giveBack(workerId, endpoint) {
      if (given.get(endpoint)?.workerId === workerId) given.delete(endpoint)
    },
    begun(endpoint) {
      if (endpoint.tripped?.probing) given.delete(endpoint)
    },
    removeWorker(workerId) {
      for (const [endpoint, leave] of given) if (leave.workerId === workerId) given.delete(endpoint)
    },
  }
}
