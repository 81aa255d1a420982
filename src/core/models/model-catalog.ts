// Keeps the model list of each endpoint: reads it at the start, after changes and recoveries, and at intervals.
import type { EndpointConfig, Snapshot } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { SetTimer } from '../timer.ts'
import {
  createReader,
  isSameSource,
  newEntry,
  recordRead,
  type ListEntry,
  type ListReadsOptions,
} from './list-reads.ts'
import type { ModelList } from './served-models.ts'

/** What is known of the reads of one endpoint's list. */
interface ListReading {
  /** When the list was last read, in ms since 1970; undefined where it has not been. */
  readonly readAtMs: number | undefined
  /** Whether no list came since then, although it was asked for. */
  readonly hasFailed: boolean
}

export interface ModelCatalog {
  /** Follows a change of the configuration: the lists of new and changed endpoints are read at once. */
  sync(snapshot: Snapshot): void
  stop(): void
  /**
   * Reads lists anew that may be outdated: an endpoint lacks a model that it was thought to serve, or a client asks for a
   * model that none is known to serve. Each list is read once in five seconds at most.
   */
  refresh(endpoints: readonly EndpointRuntime[]): void
  /**
   * To be called when an endpoint has said that it lacks a model. Its list is read anew; where it has none, it gets no
   * requests for the model for a minute.
   */
  reportLack(endpoint: EndpointRuntime, model: string): void
  reading(endpointId: number): ListReading
  /**
   * A number that is another one whenever endpoints serve other models, clients may ask for others or reach other
   * endpoints, or a list could no more or again be read.
   */
  revision(): number
  /** Resolves when the first read of each of these endpoints has ended, after 0.8 s at most. */
  firstRead(endpoints: readonly EndpointRuntime[]): Promise<void>
}

interface ModelCatalogOptions extends ListReadsOptions {
  readonly state: GatewayState
  readonly setTimer: SetTimer
  /** Called when an endpoint takes other models than before. */
  readonly onChange: (endpoint: EndpointRuntime) => void
}

const TICK_MS = 1_000
const MIN_GAP_MS = 5_000
const MAX_FIRST_READ_MS = 800
/** The lists that decide which clients may ask which endpoints for what. */
const CONCERNED = ['endpoints', 'blocks', 'tokens', 'wires', 'aliases'] as const

/** Lets endpoints have requests again for models that they lacked. */
function createExpiry({ state, setTimer }: Pick<ModelCatalogOptions, 'state' | 'setTimer'>) {
  let cancel: (() => void) | undefined
  const expire = (): void => {
    cancel = state.expireLackedModels() ? setTimer(expire, TICK_MS) : undefined
  }
  return {
    start: () => void (cancel ??= setTimer(expire, TICK_MS)),
    stop: () => cancel?.(),
  }
}

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
  const { state, clock, setTimer, refreshMs, onChange } = options
  const entries = new Map<number, ListEntry>()
  let synced: Snapshot | undefined
  // Pages keep theirs over a restart, after which it must not be the same.
  let revision = options.now()
  let cancelTick: (() => void) | undefined
  const expiry = createExpiry(options)

  const apply = (entry: ListEntry, list: ModelList | undefined): void => {
    const { endpoint } = entry
    const hasTurned = recordRead(entry, list, options)
    // The last known list survives a read that has failed.
    const isOther = list !== undefined && JSON.stringify(list) !== JSON.stringify(endpoint.list)
    if (isOther || hasTurned) revision += 1
    if (!isOther) return
    state.setModelList(endpoint, list)
    onChange(endpoint)
  }

  const readDue = createReader(entries, options, apply)

  const tick = (): void => {
    cancelTick = setTimer(tick, TICK_MS)
    readDue()
  }

  const follow = (config: EndpointConfig): void => {
    const known = entries.get(config.id)
    if (known && isSameSource(known.source, config)) return
    const endpoint = state.endpoint(config.id)
    const isSameBackend = known?.source.baseUrl === config.baseUrl
    // Another backend has other models.
    if (known && !isSameBackend) state.setModelList(endpoint, undefined)
    entries.set(config.id, newEntry(endpoint, config, clock(), isSameBackend ? known.readAtMs : undefined))
  }

  const refresh = (endpoints: readonly EndpointRuntime[]): void => {
    for (const { config } of endpoints) {
      const entry = entries.get(config.id)
      if (entry) entry.dueMs = Math.min(entry.dueMs, entry.startedMs + MIN_GAP_MS)
    }
    readDue()
  }

  return {
    sync(snapshot) {
      const { endpoints, endpointById } = snapshot
      const before = synced
      synced = snapshot
      if (CONCERNED.some((list) => before?.[list] !== snapshot[list])) revision += 1
      if (endpoints === before?.endpoints || refreshMs === 0) return
      for (const id of entries.keys()) if (!endpointById.has(id)) entries.delete(id)
      for (const config of endpoints) follow(config)
      if (cancelTick === undefined) tick()
      else readDue()
    },
    stop() {
      cancelTick?.()
      expiry.stop()
      entries.clear()
    },
    refresh,
    reportLack(endpoint, model) {
      refresh([endpoint])
      if (endpoint.list?.length) return
      state.addLackedModel(endpoint, model)
      expiry.start()
      onChange(endpoint)
    },
    reading(endpointId) {
      const { readAtMs, failures = 0 } = entries.get(endpointId) ?? {}
      return { readAtMs, hasFailed: failures > 0 }
    },
    revision: () => revision,
    async firstRead(endpoints) {
      const first = endpoints.flatMap(({ config, list }) => {
        const current = entries.get(config.id)?.reading
        return list === undefined && current ? [current] : []
      })
      if (first.length > 0) await allWithin(first, setTimer, MAX_FIRST_READ_MS)
    },
  }
}
