// Allows the probes after cooldowns of some requests: one at a time to each endpoint, over all workers.
import { isProbeDue, servesOthers } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointRuntime, Trip } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { ProbeAnswer } from '../messages.ts'

export interface ProbeLeave {
  ask(workerId: number, endpointIds: readonly number[]): ProbeAnswer
  /** The worker sends none. */
  giveBack(workerId: number, endpointId: number): void
  /**
   * To be called with each lease that begins: a probe in flight needs no leave any more.
   * @returns whether it is such a probe, and a worker was told that it is awaited.
   */
  begun(endpoint: EndpointRuntime): boolean
  /** The worker has ended. */
  removeWorker(workerId: number): void
}

interface Leave {
  readonly workerId: number
  readonly trip: Trip
  isAwaited: boolean
}

export function createProbeLeave(state: GatewayState, clock: Clock): ProbeLeave {
  /** Who may send a probe and is not known to have sent it; until then no other may. */
  const given = new Map<EndpointRuntime, Leave>()

  const answerFor = (workerId: number, endpoint: EndpointRuntime): keyof ProbeAnswer | undefined => {
    const { tripped } = endpoint
    if (!servesOthers(tripped) || !isProbeDue(tripped, clock())) return undefined
    const leave = given.get(endpoint)
    if (leave?.trip === tripped) {
      leave.isAwaited = true
      return 'awaitedIds'
    }
    given.set(endpoint, { workerId, trip: tripped, isAwaited: false })
    return 'allowedIds'
  }

  return {
    ask(workerId, endpointIds) {
      const ids = { allowedIds: [] as number[], awaitedIds: [] as number[] }
      for (const id of endpointIds) {
        const answer = answerFor(workerId, state.endpoint(id))
        if (answer !== undefined) ids[answer].push(id)
      }
      return ids
    },
    giveBack(workerId, endpointId) {
      const endpoint = state.endpoint(endpointId)
      if (given.get(endpoint)?.workerId === workerId) given.delete(endpoint)
    },
    begun(endpoint) {
      if (!endpoint.tripped?.probing) return false
      const isAwaited = given.get(endpoint)?.isAwaited === true
      given.delete(endpoint)
      return isAwaited
    },
    removeWorker(workerId) {
      for (const [endpoint, leave] of given) if (leave.workerId === workerId) given.delete(endpoint)
    },
  }
}
