// Orders waiting requests: guarantees first, then priority, then the client that was served least, then first come.
import { candidateKey } from '../routing/candidate-set.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'

export interface QueueEntry {
  readonly request: RoutingRequest
  /** Endpoints that have failed this request already. */
  readonly tried: readonly EndpointRuntime[]
}

export interface FairQueue<E extends QueueEntry> {
  add(entry: E): void
  /** @returns whether the entry was in the queue. */
  remove(entry: E): boolean
  size(): number
  entries(): E[]
  /**
   * The first entry in order among those that can be served.
   * @param canBeServed - must give the same result for entries of one client with the same candidate set.
   */
  findNext(canBeServed: (entry: E) => boolean): E | undefined
  /**
   * Counts tokens charged to a request, estimated at first, then corrected; negative for a refund. Between clients
   * that are equal otherwise, the one with the lowest sum is next: the fairness of deficit round robin, exact to one
   * response.
   */
  charge(request: RoutingRequest, tokens: number): void
}

/** One client token, or all clients of a block without a stored token. */
interface QueueClient {
  /** Tokens charged since the queue was last empty. */
  served: number
  /** Its entries in the queue. */
  waiting: number
}

/** The entries of one client with one candidate set, first come first: only the first of them can be next. */
interface Flow<E> {
  readonly key: string
  readonly client: QueueClient
  /** Arrival number by entry. */
  readonly entries: Map<E, number>
}

interface Candidate<E extends QueueEntry> {
  readonly entry: E
  readonly isBelow: boolean
  readonly priority: number
  readonly served: number
  readonly arrival: number
}

const clientKey = ({ token, blockId }: RoutingRequest): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

/** Negative when `a` is served first. */
const compare = (a: Candidate<QueueEntry>, b: Candidate<QueueEntry>): number =>
  Number(b.isBelow) - Number(a.isBelow) ||
  a.priority - b.priority ||
  a.served - b.served ||
  a.arrival - b.arrival

export function createFairQueue<E extends QueueEntry>(guarantees: GuaranteeLedger): FairQueue<E> {
  // Forgotten when the queue is empty: tokens used while nothing waited are not held against a client.
  const clients = new Map<string, QueueClient>()
  /** Those with entries, by client and candidate set. */
  const flows = new Map<string, Flow<E>>()
  const flowOf = new Map<E, Flow<E>>()
  let arrivals = 0

  const lowestServed = (): number => {
    let lowest = Infinity
    for (const { served, waiting } of clients.values()) if (waiting > 0) lowest = Math.min(lowest, served)
    return lowest === Infinity ? 0 : lowest
  }

  const openClient = (key: string): QueueClient => {
    const client = clients.get(key) ?? { served: 0, waiting: 0 }
    clients.set(key, client)
    return client
  }

  const openFlow = ({ request, tried }: E): Flow<E> => {
    const byClient = clientKey(request)
    const key = `${byClient} ${candidateKey(request, tried)}`
    const flow = flows.get(key) ?? { key, client: openClient(byClient), entries: new Map<E, number>() }
    flows.set(key, flow)
    return flow
  }

  const firstOf = ({ client, entries }: Flow<E>, canBeServed: (entry: E) => boolean) => {
    for (const [entry, arrival] of entries) {
      if (!canBeServed(entry)) return undefined
      const { token } = entry.request
      const priority = token?.requestPriority ?? 0
      return { entry, arrival, priority, isBelow: guarantees.isBelow(token), served: client.served }
    }
    return undefined
  }

  return {
    add(entry) {
      const flow = openFlow(entry)
      const { client } = flow
      // A client that begins to wait starts level with those that wait already: it has no arrears to catch up.
      if (client.waiting === 0) client.served = Math.max(client.served, lowestServed())
      client.waiting += 1
      flow.entries.set(entry, (arrivals += 1))
      flowOf.set(entry, flow)
    },
    remove(entry) {
      const flow = flowOf.get(entry)
      if (flow === undefined) return false
      flowOf.delete(entry)
      flow.entries.delete(entry)
      if (flow.entries.size === 0) flows.delete(flow.key)
      flow.client.waiting -= 1
      if (flowOf.size === 0) clients.clear()
      return true
    },
    size: () => flowOf.size,
    entries: () => [...flowOf.keys()],
    findNext(canBeServed) {
      let next: Candidate<E> | undefined
      for (const flow of flows.values()) {
        const candidate = firstOf(flow, canBeServed)
        if (candidate && (next === undefined || compare(candidate, next) < 0)) next = candidate
      }
      return next?.entry
    },
    charge(request, tokens) {
      const client = clients.get(clientKey(request))
      if (client) client.served += tokens
    },
  }
}
