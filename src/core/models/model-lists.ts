// Keeps the model list of each endpoint, and reads it anew by at most one request at a time.
import type { Clock } from '../clock.ts'
import type { EndpointConfig } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { isFull, type SlotAllocator } from '../shared/slots.ts'
import type { SetTimer } from '../timer.ts'

/** A model as the endpoint describes it. */
export interface Model {
  readonly id: string
  readonly [member: string]: unknown
}

export type ModelList = readonly Model[]

interface EndpointModels {
  readonly endpoint: EndpointRuntime
  /** undefined where no list is known that may still be shown. */
  readonly models: ModelList | undefined
}

export interface ModelLists {
  /**
   * @returns what is known of each endpoint, in the same order, after a second at most. A list is at most a minute old,
   * except that of an endpoint without a free slot, which is not asked.
   */
  read(endpoints: readonly EndpointRuntime[]): Promise<EndpointModels[]>
}

interface ModelListsOptions {
  /** Requests the list, within a limited time. Resolves with undefined where the endpoint does not send one; never rejects. */
  readonly fetchModels: (endpoint: EndpointConfig) => Promise<ModelList | undefined>
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly slots: Pick<SlotAllocator, 'take' | 'release'>
  /** Called when a request for a list has given its slot back. */
  readonly onRelease: () => void
}

interface Entry {
  /** Where the list is from: the configuration of the endpoint at that time. */
  source: EndpointConfig
  models: ModelList | undefined
  readAtMs: number
  /** Resolves when the running request has ended, or has taken as long as a reader waits. */
  refresh: Promise<unknown> | undefined
}

const MAX_AGE_MS = 60_000
// A list of this age is shown, and read anew meanwhile.
const REFRESH_AGE_MS = 10_000
const MAX_WAIT_MS = 800

const isSameSource = (a: EndpointConfig, b: EndpointConfig): boolean =>
  a === b || (a.baseUrl === b.baseUrl && a.apiKey === b.apiKey && a.verifyTls === b.verifyTls)

export function createModelLists(options: ModelListsOptions): ModelLists {
  const { fetchModels, clock, setTimer, slots, onRelease } = options
  const entries = new WeakMap<EndpointRuntime, Entry>()

  const entryOf = (endpoint: EndpointRuntime): Entry => {
    const known = entries.get(endpoint)
    if (known && isSameSource(known.source, endpoint.config)) return known
    const entry: Entry = { source: endpoint.config, models: undefined, readAtMs: 0, refresh: undefined }
    entries.set(endpoint, entry)
    return entry
  }

  const ageMs = (entry: Entry): number => (entry.models ? clock() - entry.readAtMs : Infinity)

  const startRefresh = (endpoint: EndpointRuntime, entry: Entry): void => {
    const startMs = clock()
    slots.take(endpoint)
    entry.refresh = new Promise<void>((resolve) => {
      const cancelWait = setTimer(resolve, MAX_WAIT_MS)
      void fetchModels(endpoint.config).then((models) => {
        cancelWait()
        if (models) Object.assign(entry, { models, readAtMs: startMs })
        entry.refresh = undefined
        slots.release(endpoint)
        onRelease()
        resolve()
      })
    })
  }

  const isShown = (endpoint: EndpointRuntime, entry: Entry): boolean =>
    ageMs(entry) <= MAX_AGE_MS || isFull(endpoint)

  return {
    async read(endpoints) {
      const known = endpoints.map((endpoint) => ({ endpoint, entry: entryOf(endpoint) }))
      for (const { endpoint, entry } of known)
        if (!entry.refresh && ageMs(entry) >= REFRESH_AGE_MS && !isFull(endpoint))
          startRefresh(endpoint, entry)
      const awaited = known.flatMap(({ entry }) =>
        entry.refresh && ageMs(entry) > MAX_AGE_MS ? [entry.refresh] : [],
      )
      await Promise.all(awaited)
      return known.map(({ endpoint, entry }) => ({
        endpoint,
        models: isShown(endpoint, entry) ? entry.models : undefined,
      }))
    },
  }
}
