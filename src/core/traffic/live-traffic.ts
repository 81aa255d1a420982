// Counts live traffic: in total, and by wire, incoming block, endpoint, client token, model and alias.
import type { Clock } from '../clock.ts'
import type { Settlement } from '../lease/settlement.ts'
import {
  clearTraffic,
  count,
  countArrival,
  countOutcome,
  countPrompt,
  createTraffic,
  isIdle,
  type ToldPrompt,
  type Traffic,
  type TrafficEvents,
} from './traffic.ts'
import type { TimeBuckets } from './kept-times.ts'
import type { TimeSpan } from './read-traffic.ts'
import { bucketOf } from './time-sketch.ts'
import { bucketAt } from './traffic-buckets.ts'
import {
  aliasTraffic,
  blockTraffic,
  createTrafficRegistry,
  modelTraffic,
  removeTraffic,
  tokenTraffic,
  wireTraffic,
  type WireTraffic,
} from './traffic-registry.ts'

/** The counts that one lease contributes to. */
interface LeaseCounts {
  readonly wire: WireTraffic
  /** null for clients without a stored token. */
  readonly token: Traffic | null
  readonly model: Traffic
  /** null where the request names no alias. */
  readonly alias: Traffic | null
}

/** The sender of a request. */
interface Client {
  readonly blockId: number
  readonly token: { readonly id: number } | null
}

/** What a request is served as. */
interface Served {
  /** null for one that the endpoint is not known to serve by name. */
  readonly model: string | null
  readonly aliasId: number | undefined
}

export interface LiveTraffic {
  /**
   * Counts a lease as open.
   * @param nowMs - saves reading the clock.
   * @returns the argument for `settle`, which must be called once.
   */
  begin(client: Client, endpointId: number, served: Served, nowMs?: number): LeaseCounts
  /**
   * @param gaveUp - whether the client left before the first byte, after an unusual time.
   * @param nowMs - saves reading the clock.
   */
  settle(counts: LeaseCounts, result: Settlement, gaveUp?: boolean, nowMs?: number): void
  /**
   * Counts a request that ended without a lease: served from the cache, or refused. It counts for no wire and no
   * endpoint.
   * @param client - undefined for a request that is not authenticated.
   */
  countUnleased(client: Client | undefined, failed: boolean): void
  readonly total: Traffic
  /** undefined for a block without recent traffic; the same holds for endpoints and wires. */
  block(id: number): Traffic | undefined
  endpoint(id: number): Traffic | undefined
  wire(blockId: number, endpointId: number): Traffic | undefined
  /** By id, client tokens with recent traffic; tokens that fell idle may still be among them. */
  tokens(): ReadonlyMap<number, Traffic>
  /**
   * By name, models with recent traffic, through aliases too; those that fell idle may still be among them. null stands for
   * all models whose endpoint was not known to serve them by name.
   */
  models(): ReadonlyMap<string | null, Traffic>
  /** The requests that named the alias, whatever they were served as; undefined for one without recent traffic. */
  alias(id: number): Traffic | undefined
  /** From the start or the last reset until now. */
  timeSpan(): TimeSpan
  /** Clears everything but the numbers of open leases. */
  reset(): void
}

// Idle entries are dropped at this interval: the time span of the rates.
const SWEEP_BUCKETS = 20

function addInflight({ wire, token, model, alias }: LeaseCounts, by: 1 | -1): void {
  wire.inflight += by
  wire.block.inflight += by
  wire.endpoint.inflight += by
  if (token) token.inflight += by
  model.inflight += by
  if (alias) alias.inflight += by
}

/** @returns undefined where the response did not tell. */
const toldPrompt = ({ promptTokens: tokens, cachedTokens: cached }: Settlement): ToldPrompt | undefined =>
  tokens === undefined || cached === undefined ? undefined : { tokens, cached }

/** Durations are those of attempts that succeeded. @returns undefined where no time is kept. */
const timeBucketsOf = ({ outcome, latencyMs, firstTokenMs }: Settlement): TimeBuckets | undefined =>
  firstTokenMs === undefined && outcome !== 'success'
    ? undefined
    : {
        firstToken: firstTokenMs === undefined ? undefined : bucketOf(firstTokenMs),
        duration: outcome === 'success' ? bucketOf(latencyMs) : undefined,
      }

export function createLiveTraffic(clock: Clock): LiveTraffic {
  const registry = createTrafficRegistry()
  let startMs = clock()
  let sweptAt = bucketAt(startMs)
  const total = createTraffic(sweptAt, { history: true, prompts: true })

  /** @returns the current bucket. Drops idle entries when the interval has passed. */
  const currentBucket = (nowMs: number): number => {
    const bucket = bucketAt(nowMs)
    if (bucket - sweptAt >= SWEEP_BUCKETS) {
      sweptAt = bucket
      removeTraffic(registry, (traffic) => isIdle(traffic, bucket))
    }
    return bucket
  }

  return {
    begin({ blockId, token }, endpointId, { model, aliasId }, nowMs = clock()) {
      const bucket = bucketAt(nowMs)
      const counts: LeaseCounts = {
        wire: wireTraffic(registry, blockId, endpointId, bucket),
        token: token && tokenTraffic(registry, token.id, bucket),
        model: modelTraffic(registry, model, bucket),
        alias: aliasId === undefined ? null : aliasTraffic(registry, aliasId, bucket),
      }
      addInflight(counts, 1)
      countArrival(counts.wire.endpoint, bucket)
      countArrival(total, bucket)
      return counts
    },
    settle(counts, result, gaveUp = false, nowMs = clock()) {
      const { outcome, superseded, completionTokens: tokens = 0, firstTokenMs } = result
      const { wire, token, model, alias } = counts
      const bucket = currentBucket(nowMs)
      const errors = outcome === 'failure' ? 1 : 0
      const attempt: TrafficEvents = { tokens, requests: 1, errors }
      // When another endpoint takes over, the attempt has ended for its endpoint, but the request has not.
      const request = superseded ? { tokens, requests: 0, errors: 0 } : attempt
      count(wire, bucket, attempt)
      count(wire.endpoint, bucket, attempt)
      count(wire.block, bucket, request)
      count(total, bucket, request)
      if (token) count(token, bucket, request)
      count(model, bucket, request)
      if (alias) count(alias, bucket, request)
      const succeeded = outcome === 'success'
      const timeBuckets = timeBucketsOf(result)
      countOutcome(wire.endpoint, bucket, { succeeded, firstTokenMs, timeBuckets, gaveUp })
      if (timeBuckets || gaveUp)
        for (const traffic of [total, wire.block])
          countOutcome(traffic, bucket, { succeeded: false, firstTokenMs, timeBuckets, gaveUp })
      const prompt = toldPrompt(result)
      if (prompt) for (const traffic of [wire, wire.endpoint, total]) countPrompt(traffic, bucket, prompt)
      addInflight(counts, -1)
    },
    countUnleased(client, failed) {
      const bucket = currentBucket(clock())
      const events: TrafficEvents = { tokens: 0, requests: 1, errors: Number(failed) }
      count(total, bucket, events)
      if (client === undefined) return
      count(blockTraffic(registry, client.blockId, bucket), bucket, events)
      if (client.token) count(tokenTraffic(registry, client.token.id, bucket), bucket, events)
    },
    total,
    block: (id) => registry.blocks.get(id),
    endpoint: (id) => registry.endpoints.get(id),
    wire: (blockId, endpointId) => registry.wires.get(blockId)?.get(endpointId),
    tokens: () => registry.tokens,
    models: () => registry.models,
    alias: (id) => registry.aliases.get(id),
    timeSpan: () => ({ startMs, nowMs: clock() }),
    reset() {
      startMs = clock()
      clearTraffic(total)
      removeTraffic(registry, (traffic) => {
        clearTraffic(traffic)
        return traffic.inflight === 0
      })
    },
  }
}
