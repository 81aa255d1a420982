// Owns the configuration snapshot and the live state of each endpoint, which survives a replaced snapshot.
import { resetBreaker } from '../lease/breaker.ts'
import { NO_EVIDENCE } from '../lease/failure-evidence.ts'
import { createRecentSuccess } from '../lease/recent-success.ts'
import { createFleetEstimate } from '../lease/first-byte-limits.ts'
import { createEndpointWork } from '../placement/endpoint-work.ts'
import { createPrefixCache } from '../placement/prefix/prefix-cache.ts'
import { createFirstByteWatch, type FirstByteWatch } from '../lease/first-byte-watch.ts'
import type { Clock } from '../clock.ts'
import {
  indexConfiguration,
  type Configuration,
  type EndpointConfig,
  type Snapshot,
} from './configuration.ts'
import { createCounterLedger, type CounterLedger } from './counter-ledger.ts'
import type { EndpointCounters, StoredCounters } from './counters.ts'
import { createEndpointJournal, type EndpointJournal } from './endpoint-journal.ts'
import { newWire, type EndpointRuntime, type LiveWire } from './endpoint-runtime.ts'
import type { SlotAllocator } from '../shared/slots.ts'
import { createGatewayTotals, type GatewayTotals } from './gateway-totals.ts'
import type { FirstNames } from '../models/first-names.ts'
import { createEndpointModels, type EndpointModels } from '../models/endpoint-models.ts'
import { createServedWires, type ServedRequest } from '../routing/served-wires.ts'
import { createLiveTraffic, type LiveTraffic } from '../traffic/live-traffic.ts'
import { restartShares } from '../routing/policies/restart-shares.ts'

export interface GatewayState extends Pick<
  EndpointModels,
  'setModelList' | 'addLackedModel' | 'expireLackedModels'
> {
  readonly ledger: CounterLedger
  readonly totals: GatewayTotals
  readonly traffic: LiveTraffic
  readonly slots: SlotAllocator
  readonly journal: EndpointJournal<EndpointRuntime>
  /** All endpoints with a cooldown that concerns some requests only; others may be among them. */
  readonly scopedTrips: Set<EndpointRuntime>
  snapshot(): Snapshot
  /** Replaces the configuration. Open leases stay valid. */
  replace(configuration: Configuration): void
  /**
   * The block's wires to enabled endpoints that take the request, in ascending endpoint id; the same list for the same
   * endpoints. @param request - undefined for those to all of its enabled endpoints.
   */
  wires(blockId: number, request?: ServedRequest): readonly LiveWire[]
  /** Names of the models that the block's enabled endpoints are known to serve, and of the aliases for what they take. */
  modelNames(blockId: number): FirstNames
  /** To be called after every change of the `missingRoutes` of an endpoint. */
  forgetServed(): void
  /** Enabled endpoints wired to the block, in ascending id; a new list each time. */
  targets(blockId: number): readonly EndpointRuntime[]
  /** @throws Error where no endpoint with this id was configured since the start. */
  endpoint(id: number): EndpointRuntime
  /** Sets counters and windows to 0, closes all breakers and forgets what is cached where. */
  resetStatistics(): void
}

interface GatewayStateOptions {
  readonly configuration: Configuration
  readonly counters: StoredCounters
  readonly clock: Clock
  readonly slots: SlotAllocator
  /** Most connections to one endpoint; caps its slots. */
  readonly maxConnections: number
  /** Whether an endpoint takes any model while nothing is known of its models. Default true. */
  readonly takesUnknownModels?: boolean
  /** Counts what is live. Default: in this process. */
  readonly traffic?: LiveTraffic
}

const NO_WIRES: readonly LiveWire[] = []

const newRuntime = (
  config: EndpointConfig,
  counters: EndpointCounters,
  journal: EndpointJournal<EndpointRuntime>,
  watch: FirstByteWatch,
  models: ReturnType<EndpointModels['create']>,
): EndpointRuntime => ({
  // What selection reads of each candidate comes first, side by side. With a spread the rest would be in another place.
  config,
  capacity: 0,
  inflight: 0,
  pass: 0,
  epoch: 0,
  work: createEndpointWork(),
  load: null,
  prefix: createPrefixCache(),
  counters,
  journal,
  list: models.list,
  served: models.served,
  lacked: models.lacked,
  missingRoutes: new Set(),
  tripped: null,
  evidence: NO_EVIDENCE,
  successes: createRecentSuccess(),
  watch,
  unhealthy: false,
  healthCheckError: null,
  lastError: null,
  asksLoadHeader: false,
  estimated: { promptTokens: 0, completionTokens: 0 },
})

function configure(runtime: EndpointRuntime, config: EndpointConfig): void {
  if (runtime.config.baseUrl !== config.baseUrl) {
    // Another backend has other routes, an own cache and an own speed.
    runtime.missingRoutes.clear()
    runtime.prefix.clear()
    runtime.work = createEndpointWork()
  }
  runtime.config = config
}

function resetRuntime(runtime: EndpointRuntime): void {
  resetBreaker(runtime)
  runtime.prefix.clear()
  runtime.watch.giveUps = 0
  runtime.estimated.promptTokens = runtime.estimated.completionTokens = 0
}

export function createGatewayState(options: GatewayStateOptions): GatewayState {
  const { clock, maxConnections, slots, takesUnknownModels = true } = options
  const { traffic = createLiveTraffic(clock) } = options
  const ledger = createCounterLedger(options.counters)
  const totals = createGatewayTotals(clock)
  const runtimes = new Map<number, EndpointRuntime>()
  const fleet = createFleetEstimate()
  const journal = createEndpointJournal<EndpointRuntime>()
  let snapshot = indexConfiguration(options.configuration)
  let wires = new Map<number, readonly LiveWire[]>()
  const servedWires = createServedWires()

  const models = createEndpointModels({
    clock,
    takesUnknown: takesUnknownModels,
    onChange: servedWires.forget,
  })

  const runtimeOf = (config: EndpointConfig): EndpointRuntime => {
    let runtime = runtimes.get(config.id)
    if (runtime === undefined) {
      const counters = ledger.endpoint(config.id)
      runtime = newRuntime(config, counters, journal, createFirstByteWatch(fleet), models.create(config))
      runtimes.set(config.id, runtime)
    }
    return runtime
  }

  const liveWires = (blockId: number, wired: readonly EndpointConfig[]): readonly LiveWire[] => {
    const known = new Map(wires.get(blockId)?.map((wire) => [wire.endpoint, wire]))
    return wired
      .filter((config) => config.enabled)
      .map((config) => {
        const endpoint = runtimeOf(config)
        return known.get(endpoint) ?? newWire(endpoint)
      })
  }

  const apply = (next: Snapshot): void => {
    for (const config of next.endpoints) {
      const runtime = runtimeOf(config)
      models.configure(runtime, config)
      configure(runtime, config)
      slots.setLimit(runtime, Math.min(config.maxConcurrent || Infinity, maxConnections))
    }
    restartShares(runtimes.values(), snapshot, next)
    // Under another mode a block's wires were selected by other rules: their accounting begins anew.
    for (const { id, routingMode } of next.blocks)
      if (routingMode !== (snapshot.blockById.get(id)?.routingMode ?? null)) wires.delete(id)
    servedWires.keep(wires)
    snapshot = next
    wires = new Map([...next.endpointsByBlock].map(([id, wired]) => [id, liveWires(id, wired)]))
    servedWires.keep(wires)
    journal.noteAll()
  }
  apply(snapshot)

  return {
    ...models,
    ledger,
    totals,
    traffic,
    slots,
    journal,
    scopedTrips: new Set(),
    snapshot: () => snapshot,
    replace: (configuration) => apply(indexConfiguration(configuration, snapshot)),
    wires: (blockId, request) => servedWires.of(blockId, wires.get(blockId) ?? NO_WIRES, request),
    modelNames: (blockId) => servedWires.names(blockId, wires.get(blockId) ?? NO_WIRES, snapshot.aliases),
    forgetServed: servedWires.forget,
    targets: (blockId) => wires.get(blockId)?.map((wire) => wire.endpoint) ?? [],
    endpoint(id) {
      const runtime = runtimes.get(id)
      if (runtime === undefined) throw new Error(`no endpoint ${id}`)
      return runtime
    },
    resetStatistics() {
      ledger.reset()
      totals.reset()
      traffic.reset()
      for (const runtime of runtimes.values()) resetRuntime(runtime)
      journal.noteAll()
    },
  }
}
