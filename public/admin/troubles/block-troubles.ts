/** What is wrong with one incoming block: no endpoint takes its requests, or they wait long for room. */
import { count, span } from '../../ui/format/figures.ts'
import { isServing, type Condition } from '../endpoint-condition/endpoint-condition.ts'
import type { BlockLive } from '../state/live/live-store.ts'
import type { Trouble } from './trouble.ts'

/** A shorter wait in the queue is what the queue is for. */
const LONG_QUEUE_MS = 1_000
const BAD_QUEUE_MS = 10_000

export interface BlockFacts {
  readonly id: number
  readonly name: string
  /** The conditions of the endpoints that it is wired to. */
  readonly conditions: readonly Condition[]
  /** Whether requests can come from it. */
  readonly hasClients: boolean
  /** Names of its client tokens. */
  readonly tokens: readonly string[]
  readonly nameOfToken: (id: number) => string
  readonly live: BlockLive | undefined
}

/** `2 cooling, 1 disabled`. */
function countConditions(conditions: readonly Condition[]): string {
  const groups = Map.groupBy(conditions, (condition) => condition)
  return [...groups].map(([condition, all]) => `${all.length} ${condition}`).join(', ')
}

function unavailable({ id, name, conditions, hasClients, tokens }: BlockFacts): Trouble[] {
  if (!hasClients || conditions.some(isServing)) return []
  const words =
    conditions.length === 0
      ? 'is wired to no endpoint: its requests are refused'
      : `has no endpoint that takes all requests: ${countConditions(conditions)}`
  return [
    {
      id: `unavailable/block-${id}`,
      severity: 'bad',
      subject: name,
      words,
      whenOver: 'lacks no endpoint any more',
      forMs: undefined,
      hits: tokens,
      target: { kind: 'block', id },
      actions: ['open'],
    },
  ]
}

function waiting({ id, name, nameOfToken, live }: BlockFacts): Trouble[] {
  const oldestMs = live?.oldest_queued_ms ?? 0
  if (live === undefined || oldestMs < LONG_QUEUE_MS) return []
  const requests = live.queued === 1 ? '1 request waits' : `${count(live.queued)} requests wait`
  return [
    {
      id: `queue/block-${id}`,
      severity: oldestMs >= BAD_QUEUE_MS ? 'bad' : 'warn',
      subject: name,
      words: `is short of room: ${requests}, oldest ${span(oldestMs)}`,
      whenOver: 'is no longer short of room',
      forMs: oldestMs,
      hits: live.queued_token_ids.map(nameOfToken),
      target: { kind: 'block', id },
      actions: ['open'],
    },
  ]
}

export const blockTroubles = (facts: BlockFacts): Trouble[] => [...unavailable(facts), ...waiting(facts)]
