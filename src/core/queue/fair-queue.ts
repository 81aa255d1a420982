// The queue of waiting requests: by candidate set, so that an event concerns only those that it may help.
import { createCandidateIndex, type CandidateSet } from './candidate-index.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import { createHeap } from './heap.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { WaitingDemand } from './waiting-demand.ts'
import {
  compareRanked,
  createWaitingSet,
  type QueueClient,
  type Waiting,
  type WaitingSet,
} from './waiting-set.ts'

export interface FairQueue<E extends CandidateSet> {
  add(entry: E): void
  /** @returns whether the entry was in the queue. */
  remove(entry: E): boolean
  size(): number
  sets(): WaitingSet<E>[]
  /** The sets that the endpoint belongs to. @param isWired - whether it is wired to the request's block and serves its model. */
  setsWith(endpoint: EndpointRuntime, isWired: (request: RoutingRequest) => boolean): WaitingSet<E>[]
  /** Whether others wait with the same candidate set. */
  hasSetOf(candidates: CandidateSet): boolean
  /**
   * Counts tokens charged to a request, estimated at first, then corrected; negative for a refund. Between clients
   * that are equal otherwise, the one with the lowest sum is next: the fairness of deficit round robin, exact to one
   * response.
   */
  charge(request: RoutingRequest, tokens: number): void
  /** To be called when candidate keys may have changed. Takes effect when sets are asked for next. */
  regroup(): void
}

interface WaitingClient<E extends CandidateSet> extends QueueClient {
  /** Those in which it has entries. */
  readonly sets: Set<WaitingSet<E>>
}

interface Position<E extends CandidateSet> extends Waiting<E> {
  readonly client: WaitingClient<E>
  readonly set: WaitingSet<E>
}

interface FairQueueOptions {
  readonly isBelow: GuaranteeLedger['isBelow']
  /** Requests with equal keys have the same candidates at any time. */
  readonly candidateKey: (candidates: CandidateSet) => string
  /** Default: what the endpoints could serve is not counted. */
  readonly demand?: WaitingDemand | undefined
}

const clientKey = ({ token, blockId }: RoutingRequest): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

/** The first entry in order of those in the given sets that the condition holds for, and its set. */
export function findNext<E extends CandidateSet>(
  sets: Iterable<WaitingSet<E>>,
  condition: (set: WaitingSet<E>) => boolean = () => true,
): { readonly entry: E; readonly set: WaitingSet<E> } | undefined {
  let next: { first: NonNullable<ReturnType<WaitingSet<E>['first']>>; set: WaitingSet<E> } | undefined
  for (const set of sets) {
    const first = condition(set) ? set.first() : undefined
    if (first && (next === undefined || compareRanked(first, next.first) < 0)) next = { first, set }
  }
  return next && { entry: next.first.entry, set: next.set }
}

export function createFairQueue<E extends CandidateSet>(options: FairQueueOptions): FairQueue<E> {
  const { isBelow, candidateKey, demand } = options
  // Forgotten when the queue is empty: tokens used while nothing waited are not held against a client.
  const clients = new Map<string, WaitingClient<E>>()
  const waitingClients = createHeap<WaitingClient<E>>((a, b) => a.served - b.served)
  const sets = new Map<string, WaitingSet<E>>()
  const index = createCandidateIndex<WaitingSet<E>>()
  const positions = new Map<E, Position<E>>()
  let arrivals = 0
  /** Whether candidate keys may have changed since the sets were made. */
  let isOutdated = false

  const openClient = (key: string): WaitingClient<E> => {
    const client = clients.get(key) ?? { served: 0, sets: new Set() }
    clients.set(key, client)
    if (client.sets.size > 0) return client
    // A client that begins to wait starts level with those that wait already: it has no arrears to catch up.
    client.served = Math.max(client.served, waitingClients.first()?.served ?? 0)
    waitingClients.add(client)
    return client
  }

  const openSet = ({ request, tried }: CandidateSet): WaitingSet<E> => {
    // A copy: the list of a request grows once it is served, and the set outlives that.
    const candidates = { request, tried: [...tried] }
    const key = candidateKey(candidates)
    const known = sets.get(key)
    if (known) return known
    const set = createWaitingSet<E>(key, candidates, isBelow)
    sets.set(key, set)
    index.add(set)
    return set
  }

  const place = (position: Omit<Position<E>, 'set'>): void => {
    const set = openSet(position.entry)
    const placed = { ...position, set }
    positions.set(position.entry, placed)
    position.client.sets.add(set)
    set.add(placed)
    demand?.note(set)
  }

  /** @returns all sets. */
  const refresh = (): ReadonlyMap<string, WaitingSet<E>> => {
    if (!isOutdated) return sets
    isOutdated = false
    sets.clear()
    index.clear()
    demand?.clear()
    for (const { sets: left } of clients.values()) left.clear()
    // In order of arrival, since a map keeps the order of insertion.
    for (const position of [...positions.values()]) place(position)
    return sets
  }

  return {
    size: () => positions.size,
    sets: () => [...refresh().values()],
    setsWith(endpoint, isWired) {
      refresh()
      return index.setsWith(endpoint, isWired)
    },
    hasSetOf: (candidates) => sets.size > 0 && sets.has(candidateKey(candidates)),
    add: (entry) => place({ entry, arrival: (arrivals += 1), client: openClient(clientKey(entry.request)) }),
    remove(entry) {
      const position = positions.get(entry)
      if (position === undefined) return false
      const { client, set } = position
      positions.delete(entry)
      if (!set.remove(position)) client.sets.delete(set)
      if (client.sets.size === 0) waitingClients.remove(client)
      demand?.note(set)
      if (set.size() === 0) {
        sets.delete(set.key)
        index.delete(set)
      }
      if (positions.size === 0) clients.clear()
      return true
    },
    charge(request, tokens) {
      const client = clients.size > 0 ? clients.get(clientKey(request)) : undefined
      if (client === undefined) return
      client.served += tokens
      if (client.sets.size > 0) waitingClients.update(client)
      for (const set of client.sets) set.reorder(client)
    },
    regroup: () => void (isOutdated = true),
  }
}
