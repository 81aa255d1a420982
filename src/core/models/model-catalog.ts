// Keeps the model list of each endpoint: reads it at the start, after changes and recoveries, and at intervals.
import type { Clock } from '../clock.ts'
import { isSetAside } from '../lease/breaker.ts'
import type { EndpointConfig, Snapshot } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { SetTimer } from '../timer.ts'
import type { ModelList } from './served-models.ts'

export interface ModelCatalog {
  /** Follows a change of the configuration: the lists of new and changed endpoints are read at once. */
  sync(snapshot: Snapshot): void
  stop(): void
  /**
   * Reads lists anew that may be outdated: an endpoint lacks a model that it was thought to serve, or a client asks for a
   * model that none is known to serve. Each list is read once in five seconds at most.
   */
  refresh(endpoints: readonly EndpointRuntime[]): void
  /** Resolves when the first read of each of these endpoints has ended, after 0.8 s at most. */
  firstRead(endpoints: readonly EndpointRuntime[]): Promise<void>
}

interface ModelCatalogOptions {
  readonly state: GatewayState
  /** Requests the list, within a limited time. Resolves with undefined where the endpoint does not send one; never rejects. */
  readonly fetchModels: (endpoint: EndpointConfig) => Promise<ModelList | undefined>
  readonly clock: Clock
  readonly setTimer: SetTimer
  /** Time between two reads of a list; 0 reads none. */
  readonly refreshMs: number
  /** Called when an endpoint serves other models than before. */
  readonly onChange: (endpoint: EndpointRuntime) => void
}

interface Entry {
  readonly endpoint: EndpointRuntime
  /** Where the list is from. */
  readonly source: EndpointConfig
  /** On the clock. */
  dueMs: number
  startedMs: number
  /** Reads that have failed since the last list. */
  failures: number
  isSetAside: boolean
  /** The read that is under way. */
  reading: Promise<void> | undefined
}

const TICK_MS = 1_000
const RETRY_MS = 2_000
const MIN_GAP_MS = 5_000
const MAX_FIRST_READ_MS = 800
// A fleet of a thousand endpoints is read in turns.
const MAX_PARALLEL = 64

const isSameSource = (a: EndpointConfig, b: EndpointConfig): boolean =>
  a.baseUrl === b.baseUrl &&
  a.apiKey === b.apiKey &&
  a.authStyle === b.authStyle &&
  a.verifyTls === b.verifyTls

const newEntry = (endpoint: EndpointRuntime, source: EndpointConfig, dueMs: number): Entry => ({
  endpoint,
  source,
  dueMs,
  startedMs: -Infinity,
  failures: 0,
  isSetAside: false,
  reading: undefined,
})

/** Resolves when all have, or after the time. */
function allWithin(promises: readonly Promise<void>[], setTimer: SetTimer, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = setTimer(resolve, ms)
    void Promise.all(promises).then(() => {
      cancel()
      resolve()
    })
  })
}

export function createModelCatalog(options: ModelCatalogOptions): ModelCatalog {
  const { state, fetchModels, clock, setTimer, refreshMs, onChange } = options
  const entries = new Map<number, Entry>()
  let synced: readonly EndpointConfig[] | undefined
  let reading = 0
  let cancelTick: (() => void) | undefined

  const apply = (entry: Entry, list: ModelList | undefined): void => {
    const { endpoint } = entry
    entry.failures = list ? 0 : entry.failures + 1
    const retryMs = RETRY_MS * 2 ** Math.min(entry.failures, 10)
    entry.dueMs = list ? entry.startedMs + refreshMs : clock() + Math.min(refreshMs, retryMs)
    // The last known list survives a read that has failed.
    if (!list || JSON.stringify(list) === JSON.stringify(endpoint.list)) return
    state.setModelList(endpoint, list)
    onChange(endpoint)
  }

  const read = (entry: Entry): void => {
    reading += 1
    entry.startedMs = clock()
    // The present configuration, by which connections are kept: settings that the list does not depend on may have changed.
    entry.reading = fetchModels(entry.endpoint.config).then((list) => {
      reading -= 1
      entry.reading = undefined
      if (entries.get(entry.source.id) !== entry) return
      apply(entry, list)
      readDue()
    })
  }

  const readDue = (): void => {
    const nowMs = clock()
    for (const entry of entries.values()) {
      const wasSetAside = entry.isSetAside
      entry.isSetAside = entry.endpoint.unhealthy || isSetAside(entry.endpoint, nowMs)
      // An engine that comes back may have been started with other models.
      if (wasSetAside && !entry.isSetAside) entry.dueMs = nowMs
      const isDue = entry.dueMs <= nowMs && entry.endpoint.config.enabled
      if (isDue && !entry.reading && reading < MAX_PARALLEL) read(entry)
    }
  }

  const tick = (): void => {
    cancelTick = setTimer(tick, TICK_MS)
    readDue()
  }

  const follow = (config: EndpointConfig): void => {
    const known = entries.get(config.id)
    if (known && isSameSource(known.source, config)) return
    const endpoint = state.endpoint(config.id)
    // Another backend has other models.
    if (known && known.source.baseUrl !== config.baseUrl) state.setModelList(endpoint, undefined)
    entries.set(config.id, newEntry(endpoint, config, clock()))
  }

  return {
    sync({ endpoints, endpointById }) {
      if (refreshMs === 0 || endpoints === synced) return
      synced = endpoints
      for (const id of entries.keys()) if (!endpointById.has(id)) entries.delete(id)
      for (const config of endpoints) follow(config)
      if (cancelTick === undefined) tick()
      else readDue()
    },
    stop() {
      cancelTick?.()
      entries.clear()
    },
    refresh(endpoints) {
      for (const { config } of endpoints) {
        const entry = entries.get(config.id)
        if (entry) entry.dueMs = Math.min(entry.dueMs, entry.startedMs + MIN_GAP_MS)
      }
      readDue()
    },
    async firstRead(endpoints) {
      const first = endpoints.flatMap(({ config, list }) => {
        const current = entries.get(config.id)?.reading
        return list === undefined && current ? [current] : []
      })
      if (first.length > 0) await allWithin(first, setTimer, MAX_FIRST_READ_MS)
    },
  }
}
