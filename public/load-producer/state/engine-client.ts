/** The client of the load engine in the bridge: passes reports to the live store, resolves requests with their reports. */
import { randomId } from '../../ui/browser/random-id.ts'
import type { EngineCommand } from '../../../src/contract/load-engine.ts'
import { systemTimer } from '../../../src/load-engine/platform/engine-timer.ts'
import type { Report } from '../../../src/load-engine/protocol/messages.ts'
import type { LogEntry } from '../../../src/load-engine/model/log-entry.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { explainRefusal } from '../connection/explain-refusal.ts'
import { createEngineLink } from '../connection/engine-link.ts'
import { withLiveFigures } from './last-run.ts'
import type { LiveStore } from './live-store.ts'

type ReportOf<Type extends Report['type']> = Extract<Report, { type: Type }>
type RefusedReport = ReportOf<'refused'>
export type ProbedReport = ReportOf<'probed'>
type Request = Extract<EngineCommand, { readonly requestId: string }>

export interface EngineClient {
  /** Connects or reconnects to the bridge, which ends the runs of the connection before. */
  connect(url: string, token: string): void
  send(command: EngineCommand): void
  probe(url: string, key: string): Promise<ProbedReport>
  loadTrace(traceId: string, file: File): Promise<ReportOf<'trace_loaded'>>
  loadDataset(datasetId: string, file: File): Promise<ReportOf<'dataset_loaded'>>
  /** @returns all cards that have run; after a lost connection what was told last. */
  collect(name: string): Promise<SavedRun | null>
  readLog(): Promise<readonly LogEntry[]>
  onRefused(listener: (refused: RefusedReport) => void): () => void
  /** Called when a card has ended, also with the connection. */
  onEnded(listener: () => void): () => void
}

const NO_BRIDGE = 'There is no connection to the bridge'

interface Pending {
  resolve(report: Report): void
  lose(error: string): void
}

/** Requests that wait for their reports. */
function createRequests(send: (command: Request) => void) {
  const pending = new Map<string, Pending>()
  return {
    /** @param lost - the result of a request whose connection has been lost. */
    make<Type extends Report['type'], Lost = ReportOf<Type>>(
      command: (requestId: string) => Request,
      lost: (requestId: string, error: string) => Lost,
    ): Promise<ReportOf<Type> | Lost> {
      return new Promise((resolve) => {
        const requestId = randomId()
        pending.set(requestId, {
          resolve: (report) => resolve(report as ReportOf<Type>),
          lose: (error) => resolve(lost(requestId, error)),
        })
        send(command(requestId))
      })
    },
    settle(requestId: string, report: Report): void {
      const one = pending.get(requestId)
      pending.delete(requestId)
      one?.resolve(report)
    },
    lose(error: string, ids: Iterable<string> = [...pending.keys()]): void {
      for (const id of ids) {
        pending.get(id)?.lose(error)
        pending.delete(id)
      }
    },
  }
}

function createListeners<Value>() {
  const listeners = new Set<(value: Value) => void>()
  return {
    tell: (value: Value): void => listeners.forEach((listener) => listener(value)),
    subscribe: (listener: (value: Value) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export function createEngineClient(live: LiveStore): EngineClient {
  const refused = createListeners<RefusedReport>()
  const ended = createListeners<void>()
  let lastRun: SavedRun | null = null
  const link = createEngineLink({
    openSocket: (url, protocols) => new WebSocket(url, protocols),
    explainRefusal,
    timer: systemTimer,
    random: Math.random,
    onStatus: live.setBridge,
    onReport(report) {
      if ('requestId' in report) requests.settle(report.requestId, report)
      else if (report.type === 'snapshot') live.apply(report.snapshot)
      else if (report.type === 'refused') refused.tell(report)
      else ended.tell()
    },
    onLost(reason, isFailure) {
      requests.lose(reason)
      if (live.endRuns(reason, isFailure)) ended.tell()
    },
  })
  const requests = createRequests((command) => {
    if (!link.isOpen()) return queueMicrotask(() => requests.lose(NO_BRIDGE, [command.requestId]))
    if (!('file' in command)) link.send(command)
  })
  const lostFile = { ok: false, error: NO_BRIDGE } as const

  return {
    connect: link.connect,
    send: link.send,
    probe: (url, key) =>
      requests.make<'probed'>(
        (requestId) => ({ type: 'probe', requestId, url, key }),
        (requestId, error) => ({
          type: 'probed',
          requestId,
          ok: false,
          status: null,
          latencyMs: 0,
          models: [],
          error,
        }),
      ),
    loadTrace: (traceId, file) =>
      requests.make<'trace_loaded'>(
        (requestId) => {
          const command = { type: 'load_trace', requestId, traceId, file: traceId } as const
          link.load(command, file)
          return command
        },
        (requestId) => ({ type: 'trace_loaded', requestId, traceId, result: lostFile }),
      ),
    loadDataset: (datasetId, file) =>
      requests.make<'dataset_loaded'>(
        (requestId) => {
          const command = { type: 'load_dataset', requestId, datasetId, file: datasetId } as const
          link.load(command, file)
          return command
        },
        (requestId) => ({ type: 'dataset_loaded', requestId, datasetId, result: lostFile }),
      ),
    async collect(name) {
      const report = await requests.make<'collected', null>(
        (requestId) => ({ type: 'collect', requestId, name }),
        () => null,
      )
      const fresh = report !== null && report.run.cards.length > 0 ? report.run : null
      lastRun = fresh ?? (lastRun && withLiveFigures(lastRun, live.getState()))
      return lastRun
    },
    async readLog() {
      const report = await requests.make<'log', null>(
        (requestId) => ({ type: 'read_log', requestId }),
        () => null,
      )
      return report?.entries ?? live.getState().log
    },
    onRefused: refused.subscribe,
    onEnded: ended.subscribe,
  }
}
