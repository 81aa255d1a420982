// Owns the configuration snapshot, replaced whole, and what is live of each endpoint, which survives it.
import type { Clock } from './clock.ts'
import {
  indexConfiguration,
  type Configuration,
  type EndpointConfig,
  type Snapshot,
} from './configuration.ts'
import { createCounterLedger, type CounterLedger } from './counter-ledger.ts'
import type { StoredCounters } from './counters.ts'
import type { EndpointRuntime } from './endpoint-runtime.ts'
import { createGatewayTotals, type GatewayTotals } from './gateway-totals.ts'
import { rescale } from './stride.ts'

export interface GatewayState {
  readonly ledger: CounterLedger
  readonly totals: GatewayTotals
  snapshot(): Snapshot
  /** Swaps the configuration. What is in flight goes on with what it holds. */
  replace(configuration: Configuration): void
  /** Enabled endpoints wired to the block, ascending id. */
  targets(blockId: number): readonly EndpointRuntime[]
  /** Every enabled endpoint with a wire, ascending id. */
  participants(): readonly EndpointRuntime[]
  /** Throws where the id was never configured since the start. */
  endpoint(id: number): EndpointRuntime
  /** Zeroes counters and windows and ends cooldowns. */
  resetStatistics(): void
}

interface GatewayStateOptions {
  readonly configuration: Configuration
  readonly counters: StoredCounters
  readonly clock: Clock
  /** Most connections to one endpoint; bounds its capacity. */
  readonly maxConnections: number
}

export function createGatewayState(options: GatewayStateOptions): GatewayState {
  const { clock, maxConnections } = options
  const ledger = createCounterLedger(options.counters)
  const totals = createGatewayTotals(clock)
  const runtimes = new Map<number, EndpointRuntime>()
  let snapshot = indexConfiguration(options.configuration)
  let targets = new Map<number, readonly EndpointRuntime[]>()
  let participants: readonly EndpointRuntime[] = []

  const capacity = (config: EndpointConfig): number =>
    Math.min(config.maxConcurrent || Infinity, maxConnections)

  const runtimeOf = (config: EndpointConfig): EndpointRuntime => {
    let runtime = runtimes.get(config.id)
    if (runtime === undefined) {
      const counters = ledger.endpoint(config.id)
      runtime = {
        config,
        counters,
        capacity: capacity(config),
        inflight: 0,
        cooldownUntilMs: 0,
        pass: 0,
        joining: true,
      }
      runtimes.set(config.id, runtime)
    }
    return runtime
  }

  const apply = (next: Snapshot): void => {
    const before = participants
    snapshot = next
    for (const config of next.endpoints) {
      const runtime = runtimeOf(config)
      const oldQuota = runtime.config.quotaPercent
      runtime.config = config
      runtime.capacity = capacity(config)
      rescale(runtime, oldQuota, before)
    }
    targets = new Map(
      [...next.endpointsByBlock].map(([blockId, wired]) => [
        blockId,
        wired.filter((config) => config.enabled).map(runtimeOf),
      ]),
    )
    participants = next.endpoints
      .filter((config) => config.enabled && next.connectedEndpointIds.has(config.id))
      .map(runtimeOf)
    const known = new Set(before)
    for (const runtime of participants) if (!known.has(runtime)) runtime.joining = true
  }
  apply(snapshot)

  return {
    ledger,
    totals,
    snapshot: () => snapshot,
    replace: (configuration) => apply(indexConfiguration(configuration, snapshot)),
    targets: (blockId) => targets.get(blockId) ?? [],
    participants: () => participants,
    endpoint(id) {
      const runtime = runtimes.get(id)
      if (runtime === undefined) throw new Error(`no endpoint ${id}`)
      return runtime
    },
    resetStatistics() {
      ledger.reset()
      totals.reset()
      for (const runtime of runtimes.values()) runtime.cooldownUntilMs = 0
    },
  }
}
