// What is told of the requests of one incoming block that wait for an endpoint with room.
import type { RoutingRequest } from '../routing/routing-request.ts'

export interface BlockQueue {
  readonly requests: number
  /** How long the oldest of them has waited. */
  readonly oldestMs: number
  /** Ids of the client tokens that wait, at most `MAX_TOKENS`. */
  readonly tokenIds: readonly number[]
}

interface QueuedEntry {
  readonly request: RoutingRequest
  readonly sinceMs: number
}

interface QueuedSet {
  readonly request: RoutingRequest
  size(): number
  firstOfClients(): readonly QueuedEntry[]
}

export const MAX_TOKENS = 10

export const uniteQueues = (a: BlockQueue, b: BlockQueue): BlockQueue => ({
  requests: a.requests + b.requests,
  oldestMs: Math.max(a.oldestMs, b.oldestMs),
  tokenIds: [...new Set([...a.tokenIds, ...b.tokenIds])].slice(0, MAX_TOKENS),
})

function queueOf(set: QueuedSet, nowMs: number): BlockQueue {
  const entries = set.firstOfClients()
  const tokenIds = entries.flatMap(({ request: { token } }) => (token === null ? [] : [token.id]))
  return {
    requests: set.size(),
    oldestMs: entries.reduce((oldest, { sinceMs }) => Math.max(oldest, nowMs - sinceMs), 0),
    tokenIds: [...new Set(tokenIds)].slice(0, MAX_TOKENS),
  }
}

export function queuesByBlock(sets: readonly QueuedSet[], nowMs: number): ReadonlyMap<number, BlockQueue> {
  const byBlock = new Map<number, BlockQueue>()
  for (const set of sets) {
    const { blockId } = set.request
    const known = byBlock.get(blockId)
    const own = queueOf(set, nowMs)
    byBlock.set(blockId, known ? uniteQueues(known, own) : own)
  }
  return byBlock
}
