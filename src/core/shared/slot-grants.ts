// Allocates the slots of all endpoints to worker processes: the part of the primary process.
import { createEndpointGrants, type EndpointGrants } from './grants/endpoint-grants.ts'
import type { SlotGrant, SlotReport } from './slot-messages.ts'

export interface SlotGrants {
  /** Sets the limit of an endpoint over all workers: a whole number. A lower limit withdraws slots as they become free. */
  setLimit(endpointId: number, limit: number): void
  /** Withdraws all slots of the endpoint. */
  removeEndpoint(endpointId: number): void
  /**
   * While true, one worker at a time has room for one request. To be called when the breaker opens, so that all other
   * room is withdrawn when it is half-open; again with true when a probe has ended without a verdict. Holds for an endpoint that
   * is removed, when it comes back.
   */
  setProbe(endpointId: number, isProbing: boolean): void
  /** @param holderId - identifies a worker process; never that of another before it. */
  addHolder(holderId: number): void
  /** For a worker that has ended: its slots are free at once. */
  removeHolder(holderId: number): void
  report(holderId: number, report: SlotReport): void
  /** To be called every 250 ms or so. */
  rotate(): void
  /** Repeats all grants that have not been confirmed, for a transport that may lose messages. */
  resync(): void
}

/** @param send - must not call back before it returns. */
export function createSlotGrants(send: (holderId: number, grant: SlotGrant) => void): SlotGrants {
  const endpoints = new Map<number, EndpointGrants>()
  const holderIds = new Set<number>()
  const removed = new Set<number>()
  const probing = new Set<number>()
  const rotating = new Set<EndpointGrants>()
  let lastSeq = 0

  const create = (endpointId: number): EndpointGrants => {
    const endpoint = createEndpointGrants((holderId, capacity, isSingle) => {
      const seq = (lastSeq += 1)
      send(holderId, { endpointId, seq, capacity, isSingle })
      return seq
    })
    for (const holderId of holderIds) endpoint.addHolder(holderId)
    endpoints.set(endpointId, endpoint)
    return endpoint
  }

  const change = (endpointId: number, apply: (endpoint: EndpointGrants) => void): void => {
    const endpoint = endpoints.get(endpointId)
    if (!endpoint) return
    apply(endpoint)
    if (endpoint.needsRotation()) rotating.add(endpoint)
    else rotating.delete(endpoint)
    // Kept until then: an endpoint that comes back with its id must count what workers still hold.
    if (removed.has(endpointId) && endpoint.isDrained()) {
      removed.delete(endpointId)
      endpoints.delete(endpointId)
      rotating.delete(endpoint)
    }
  }

  const changeAll = (apply: (endpoint: EndpointGrants) => void): void => {
    for (const endpointId of [...endpoints.keys()]) change(endpointId, apply)
  }

  return {
    setLimit(endpointId, limit) {
      const isBack = removed.delete(endpointId) || !endpoints.has(endpointId)
      if (!endpoints.has(endpointId)) create(endpointId)
      change(endpointId, (endpoint) => {
        if (isBack && probing.has(endpointId)) endpoint.setProbe(true)
        endpoint.setLimit(limit)
      })
    },
    removeEndpoint(endpointId) {
      if (!endpoints.has(endpointId)) return
      removed.add(endpointId)
      change(endpointId, (endpoint) => {
        endpoint.setLimit(0)
        endpoint.setProbe(false)
      })
    },
    setProbe(endpointId, isProbing) {
      if (isProbing) probing.add(endpointId)
      else probing.delete(endpointId)
      if (!removed.has(endpointId)) change(endpointId, (endpoint) => endpoint.setProbe(isProbing))
    },
    addHolder(holderId) {
      holderIds.add(holderId)
      changeAll((endpoint) => endpoint.addHolder(holderId))
    },
    removeHolder(holderId) {
      holderIds.delete(holderId)
      changeAll((endpoint) => endpoint.removeHolder(holderId))
    },
    report: (holderId, report) => change(report.endpointId, (endpoint) => endpoint.report(holderId, report)),
    rotate() {
      for (const endpoint of rotating) endpoint.rotate()
    },
    resync() {
      for (const [endpointId, endpoint] of endpoints)
        for (const { holderId, grantSeq: seq, granted: capacity, isSingle } of endpoint.unconfirmed())
          send(holderId, { endpointId, seq, capacity, isSingle })
    },
  }
}
