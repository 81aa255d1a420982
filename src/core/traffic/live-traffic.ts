/** Counts what goes on now in the gateway as a whole and by wire, incoming block, endpoint and client token. */
import type { Clock } from '../clock.ts'
import type { Settlement } from '../lease/settlement.ts'
import {
  bucketAt,
  clearTraffic,
  count,
  countOutcome,
  createTraffic,
  isIdle,
  type TimeSpan,
  type Traffic,
  type TrafficEvents,
} from './traffic.ts'
import {
  createTrafficRegistry,
  removeTraffic,
  blockTraffic,
  tokenTraffic,
  wireTraffic,
  type WireTraffic,
} from './traffic-registry.ts'

/** Where a lease counts. */
interface LeaseTraffic {
  readonly wire: WireTraffic
  /** null for clients without a stored token. */
  readonly token: Traffic | null
}

/** Whose request it is. */
interface Client {
  readonly blockId: number
  readonly token: { readonly id: number } | null
}

export interface LiveTraffic {
  /** A lease was taken. @returns what to settle it with, once. */
  begin(client: Client, endpointId: number): LeaseTraffic
  settle(held: LeaseTraffic, result: Settlement): void
  /**
   * Counts a request that no endpoint answered: from the cache, or refused. It is of no wire and no endpoint.
   * @param client - undefined where it is not known.
   */
  countUnleased(client: Client | undefined, failed: boolean): void
  readonly total: Traffic
  /** undefined where there was nothing lately; so too below. */
  block(id: number): Traffic | undefined
  endpoint(id: number): Traffic | undefined
  wire(blockId: number, endpointId: number): Traffic | undefined
  /** Client tokens that were busy lately, by id, and some that no longer are. */
  tokens(): ReadonlyMap<number, Traffic>
  /** From the start or the last reset until now. */
  timeSpan(): TimeSpan
  /** Forgets all but what is in flight. */
  reset(): void
}

// How often what has fallen idle is dropped: as long as the rates look back.
const SWEEP_BUCKETS = 20

export function createLiveTraffic(clock: Clock): LiveTraffic {
  const registry = createTrafficRegistry()
  let startMs = clock()
  let sweptAt = bucketAt(startMs)
  const whole = createTraffic(sweptAt, true)

  /** The present bucket; from time to time what is idle goes. */
  const present = (): number => {
    const bucket = bucketAt(clock())
    if (bucket - sweptAt >= SWEEP_BUCKETS) {
      sweptAt = bucket
      removeTraffic(registry, (traffic) => isIdle(traffic, bucket))
    }
    return bucket
  }

  const shift = ({ wire, token }: LeaseTraffic, by: 1 | -1): void => {
    wire.inflight += by
    wire.block.inflight += by
    wire.endpoint.inflight += by
    if (token) token.inflight += by
  }

  return {
    begin({ blockId, token }, endpointId) {
      // Spares a look at the clock: what is empty may as well date from an earlier bucket.
      const bucket = sweptAt
      const held: LeaseTraffic = {
        wire: wireTraffic(registry, blockId, endpointId, bucket),
        token: token && tokenTraffic(registry, token.id, bucket),
      }
      shift(held, 1)
      return held
    },
    settle(held, { outcome, superseded, completionTokens: tokens = 0, firstTokenMs }) {
      const { wire, token } = held
      const bucket = present()
      const errors = outcome === 'failure' ? 1 : 0
      const asked: TrafficEvents = { tokens, requests: 1, errors }
      // Of a request that goes on elsewhere only the endpoint has had an end.
      const answered = superseded ? { tokens, requests: 0, errors: 0 } : asked
      count(wire, bucket, asked)
      count(wire.endpoint, bucket, asked)
      count(wire.block, bucket, answered)
      count(whole, bucket, answered)
      if (token) count(token, bucket, answered)
      countOutcome(wire.endpoint, bucket, { succeeded: outcome === 'success', firstTokenMs })
      if (firstTokenMs !== undefined) countOutcome(whole, bucket, { succeeded: false, firstTokenMs })
      shift(held, -1)
    },
    countUnleased(client, failed) {
      const bucket = present()
      const events: TrafficEvents = { tokens: 0, requests: 1, errors: Number(failed) }
      count(whole, bucket, events)
      if (client === undefined) return
      count(blockTraffic(registry, client.blockId, bucket), bucket, events)
      if (client.token) count(tokenTraffic(registry, client.token.id, bucket), bucket, events)
    },
    total: whole,
    block: (id) => registry.blocks.get(id),
    endpoint: (id) => registry.endpoints.get(id),
    wire: (blockId, endpointId) => registry.wires.get(blockId)?.get(endpointId),
    tokens: () => registry.tokens,
    timeSpan: () => ({ startMs, nowMs: clock() }),
    reset() {
      startMs = clock()
      clearTraffic(whole)
      removeTraffic(registry, (traffic) => {
        clearTraffic(traffic)
        return traffic.inflight === 0
      })
    },
  }
}
