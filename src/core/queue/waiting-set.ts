// The waiting requests with one candidate set, in order: guarantees, priority, least served client, arrival.
import type { CandidateSet } from './candidate-index.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import { createHeap, type Heap } from './heap.ts'
import type { TokenConfig } from '../state/configuration.ts'

/** One client token, or all clients of a block without a stored token. */
export interface QueueClient {
  /** Tokens charged since the queue was last empty. */
  served: number
}

export interface Waiting<E> {
  readonly entry: E
  readonly arrival: number
  readonly client: QueueClient
}

/** The entries of one client: only the first of them can be next. */
interface Flow<E> {
  readonly client: QueueClient
  /** In order of arrival; never empty. */
  readonly waiting: Heap<Waiting<E>>
}

/** While one of its entries cannot be served, none can. */
export interface WaitingSet<E extends CandidateSet> extends CandidateSet {
  readonly key: string
  /** The number of its entries. */
  size(): number
  entries(): E[]
  /** The entry of each client that has waited longest there. */
  firstOfClients(): E[]
  add(waiting: Waiting<E>): void
  /** @returns whether other entries of the same client are left in it. */
  remove(waiting: Waiting<E>): boolean
  /** To be called after `served` of a client with entries in it has changed. */
  reorder(client: QueueClient): void
  /** undefined where it is empty. */
  first(): RankedEntry<E> | undefined
}

interface RankedEntry<E> extends Waiting<E> {
  readonly isBelow: boolean
}

const firstOf = <E>({ waiting }: Flow<E>): Waiting<E> => waiting.first() as Waiting<E>

const compareWaiting = (a: Waiting<CandidateSet>, b: Waiting<CandidateSet>): number =>
  (a.entry.request.token?.requestPriority ?? 0) - (b.entry.request.token?.requestPriority ?? 0) ||
  a.client.served - b.client.served ||
  a.arrival - b.arrival

/** Negative when `a` is served first. */
export const compareRanked = (a: RankedEntry<CandidateSet>, b: RankedEntry<CandidateSet>): number =>
  Number(b.isBelow) - Number(a.isBelow) || compareWaiting(a, b)

export function createWaitingSet<E extends CandidateSet>(
  key: string,
  { request, tried }: CandidateSet,
  isBelow: GuaranteeLedger['isBelow'],
): WaitingSet<E> {
  const members = new Set<Waiting<E>>()
  const flowOf = new Map<QueueClient, Flow<E>>()
  const ordered = createHeap<Flow<E>>((a, b) => compareWaiting(firstOf(a), firstOf(b)))
  /** Flows of tokens with a guarantee: few, since the guarantees of a block add up to 100 percent at most. */
  const guaranteed = new Set<Flow<E>>()

  const tokenOf = (flow: Flow<E>): TokenConfig | null => firstOf(flow).entry.request.token

  const noteGuarantee = (flow: Flow<E>): void => {
    if ((tokenOf(flow)?.guaranteedSharePercent ?? 0) > 0) guaranteed.add(flow)
    else guaranteed.delete(flow)
  }

  return {
    key,
    request,
    tried,
    size: () => members.size,
    entries: () => Array.from(members, ({ entry }) => entry),
    firstOfClients: () => Array.from(flowOf.values(), (flow) => firstOf(flow).entry),
    add(waiting) {
      members.add(waiting)
      const known = flowOf.get(waiting.client)
      // A later arrival never changes the first of its flow.
      if (known) return known.waiting.add(waiting)
      const flow = {
        client: waiting.client,
        waiting: createHeap<Waiting<E>>((a, b) => a.arrival - b.arrival),
      }
      flow.waiting.add(waiting)
      flowOf.set(waiting.client, flow)
      ordered.add(flow)
      noteGuarantee(flow)
    },
    remove(waiting) {
      members.delete(waiting)
      const flow = flowOf.get(waiting.client) as Flow<E>
      flow.waiting.remove(waiting)
      if (flow.waiting.first() !== undefined) {
        ordered.update(flow)
        noteGuarantee(flow)
        return true
      }
      flowOf.delete(waiting.client)
      ordered.remove(flow)
      guaranteed.delete(flow)
      return false
    },
    reorder: (client) => ordered.update(flowOf.get(client) as Flow<E>),
    first() {
      let first: Waiting<E> | undefined
      for (const flow of guaranteed) {
        const candidate = firstOf(flow)
        if (!isBelow(tokenOf(flow))) continue
        if (first === undefined || compareWaiting(candidate, first) < 0) first = candidate
      }
      if (first) return { ...first, isBelow: true }
      const flow = ordered.first()
      return flow && { ...firstOf(flow), isBelow: false }
    },
  }
}
