// Orders waiting requests: guarantees first, then priority, then the client token that has had least, then first come.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'

export interface QueueEntry {
  readonly request: RoutingRequest
  /** Endpoints that have failed this request already. */
  readonly tried: readonly EndpointRuntime[]
}

export interface FairQueue<P extends QueueEntry> {
  add(entry: P): void
  /** @returns whether it was there. */
  remove(entry: P): boolean
  size(): number
  entries(): P[]
  /** The first in order of those that can be served. */
  findNext(canBeServed: (entry: P) => boolean): P | undefined
  /**
   * Tokens charged to a request of this flow, estimated or settled. Between equals the flow with the lowest sum is
   * next: the fairness of deficit round robin, exact to one answer.
   */
  charge(request: RoutingRequest, tokens: number): void
}

/** The waiting requests of one client token. */
interface Flow<P> {
  readonly entries: Map<P, number>
  served: number
}

interface Candidate<P extends QueueEntry> {
  readonly entry: P
  readonly isBelow: boolean
  readonly priority: number
  readonly served: number
  readonly arrival: number
}

const flowKey = ({ token, blockId }: RoutingRequest): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

/** Negative when `a` is served first. */
const compare = (a: Candidate<QueueEntry>, b: Candidate<QueueEntry>): number =>
  Number(b.isBelow) - Number(a.isBelow) ||
  a.priority - b.priority ||
  a.served - b.served ||
  a.arrival - b.arrival

export function createFairQueue<P extends QueueEntry>(guarantees: GuaranteeLedger): FairQueue<P> {
  // Of the present time of contention: forgotten when nobody waits any more, so that nobody pays for idle times.
  const flows = new Map<string, Flow<P>>()
  let size = 0
  let arrivals = 0

  const lowestServed = (): number => {
    const waiting = [...flows.values()].filter(({ entries }) => entries.size > 0)
    return waiting.length === 0 ? 0 : Math.min(...waiting.map(({ served }) => served))
  }

  /** The first of the flow that can be served. */
  const candidateOf = (flow: Flow<P>, canBeServed: (entry: P) => boolean): Candidate<P> | undefined => {
    for (const [entry, arrival] of flow.entries) {
      const { token } = entry.request
      if (canBeServed(entry)) {
        const priority = token?.requestPriority ?? 0
        return { entry, arrival, priority, isBelow: guarantees.isBelow(token), served: flow.served }
      }
      // All of a flow have the same endpoints to go to, but for those that have tried some of them.
      if (entry.tried.length === 0) return undefined
    }
    return undefined
  }

  return {
    add(entry) {
      const key = flowKey(entry.request)
      const flow = flows.get(key) ?? { entries: new Map<P, number>(), served: 0 }
      // Who comes later catches nothing up.
      if (flow.entries.size === 0) flow.served = Math.max(flow.served, lowestServed())
      flow.entries.set(entry, (arrivals += 1))
      flows.set(key, flow)
      size += 1
    },
    remove(entry) {
      if (!flows.get(flowKey(entry.request))?.entries.delete(entry)) return false
      size -= 1
      if (size === 0) flows.clear()
      return true
    },
    size: () => size,
    entries: () => [...flows.values()].flatMap(({ entries }) => [...entries.keys()]),
    findNext(canBeServed) {
      let next: Candidate<P> | undefined
      for (const flow of flows.values()) {
        const candidate = candidateOf(flow, canBeServed)
        if (candidate && (next === undefined || compare(candidate, next) < 0)) next = candidate
      }
      return next?.entry
    },
    charge(request, tokens) {
      const flow = flows.get(flowKey(request))
      if (flow) flow.served += tokens
    },
  }
}
