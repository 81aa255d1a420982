// Reads the model lists of endpoints, so many at a time, and keeps when each is due.
import type { Clock } from '../clock.ts'
import { isSetAside } from '../lease/breaker.ts'
import type { EndpointConfig } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { ModelList } from './served-models.ts'

/** The reads of one list. */
export interface ListEntry {
  readonly endpoint: EndpointRuntime
  /** Where the list is from. */
  readonly source: EndpointConfig
  /** On the clock. */
  dueMs: number
  startedMs: number
  readAtMs: number | undefined
  /** Reads that have failed since the last list. */
  failures: number
  isSetAside: boolean
  /** The read that is under way. */
  reading: Promise<void> | undefined
}

export interface ListReadsOptions {
  /** Requests the list, within a limited time. Resolves with undefined where the endpoint does not send one; never rejects. */
  readonly fetchModels: (endpoint: EndpointConfig) => Promise<ModelList | undefined>
  readonly clock: Clock
  /** The time in ms since 1970. */
  readonly now: () => number
  /** Time between two reads of a list; 0 reads none. */
  readonly refreshMs: number
}

const RETRY_MS = 2_000
// A fleet of a thousand endpoints is read in turns.
const MAX_PARALLEL = 64

export const isSameSource = (a: EndpointConfig, b: EndpointConfig): boolean =>
  a.baseUrl === b.baseUrl &&
  a.apiKey === b.apiKey &&
  a.authStyle === b.authStyle &&
  a.verifyTls === b.verifyTls

export const newEntry = (
  endpoint: EndpointRuntime,
  source: EndpointConfig,
  dueMs: number,
  readAtMs: number | undefined,
): ListEntry => ({
  endpoint,
  source,
  dueMs,
  startedMs: -Infinity,
  readAtMs,
  failures: 0,
  isSetAside: false,
  reading: undefined,
})

/** Keeps the result of a read. @returns whether lists can be read that could not before, or the other way round. */
export function recordRead(
  entry: ListEntry,
  list: ModelList | undefined,
  { clock, now, refreshMs }: Pick<ListReadsOptions, 'clock' | 'now' | 'refreshMs'>,
): boolean {
  const hadFailed = entry.failures > 0
  entry.failures = list ? 0 : entry.failures + 1
  if (list) entry.readAtMs = now()
  const retryMs = RETRY_MS * 2 ** Math.min(entry.failures, 10)
  entry.dueMs = list ? entry.startedMs + refreshMs : clock() + Math.min(refreshMs, retryMs)
  return hadFailed !== entry.failures > 0
}

/** @returns a function that begins the reads that are due, as far as there may be more at a time. */
export function createReader(
  entries: ReadonlyMap<number, ListEntry>,
  { fetchModels, clock }: Pick<ListReadsOptions, 'fetchModels' | 'clock'>,
  onRead: (entry: ListEntry, list: ModelList | undefined) => void,
): () => void {
  let reading = 0

  const read = (entry: ListEntry): void => {
    reading += 1
    entry.startedMs = clock()
    // The present configuration, by which connections are kept: settings that the list does not depend on may have changed.
    entry.reading = fetchModels(entry.endpoint.config).then((list) => {
      reading -= 1
      entry.reading = undefined
      if (entries.get(entry.source.id) !== entry) return
      onRead(entry, list)
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

  return readDue
}
