/** The client of the engine worker: sends commands, passes reports to the live store, resolves requests with their reports. */
import { randomId } from '../../ui/browser/random-id.ts'
import type { PageCommand } from '../engine/page-messages.ts'
import type { Command, Report } from '../../../src/load-engine/protocol/messages.ts'
import type { LogEntry } from '../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { startEngine } from '../engine/start-engine.ts'
import type { LiveStore } from './live-store.ts'

type ReportOf<Type extends Report['type']> = Extract<Report, { type: Type }>
type RefusedReport = ReportOf<'refused'>
export type ProbedReport = ReportOf<'probed'>
type TraceLoadedReport = ReportOf<'trace_loaded'>
type DatasetLoadedReport = ReportOf<'dataset_loaded'>

export interface EngineClient {
  send(command: PageCommand): void
  probe(url: string, key: string): Promise<ProbedReport>
  loadTrace(traceId: string, file: File): Promise<TraceLoadedReport>
  loadDataset(datasetId: string, file: File): Promise<DatasetLoadedReport>
  collect(name: string): Promise<SavedRun>
  readLog(): Promise<readonly LogEntry[]>
  onRefused(listener: (refused: RefusedReport) => void): () => void
  onEnded(listener: () => void): () => void
}

export function createEngineClient(live: LiveStore): EngineClient {
  const pending = new Map<string, (report: Report) => void>()
  const refusedListeners = new Set<(refused: RefusedReport) => void>()
  const endedListeners = new Set<() => void>()
  const engine = startEngine((report) => {
    if ('requestId' in report) {
      pending.get(report.requestId)?.(report)
      pending.delete(report.requestId)
    } else if (report.type === 'snapshot') live.apply(report.snapshot)
    else if (report.type === 'bridge') live.setBridge(report.bridge)
    else if (report.type === 'refused') refusedListeners.forEach((listener) => listener(report))
    else endedListeners.forEach((listener) => listener())
  })
  const request = <Type extends Report['type']>(
    make: (requestId: string) => Command,
  ): Promise<ReportOf<Type>> =>
    new Promise((resolve) => {
      const requestId = randomId()
      pending.set(requestId, (report) => resolve(report as ReportOf<Type>))
      engine.send(make(requestId))
    })
  const subscribe =
    <Listener>(listeners: Set<Listener>) =>
    (listener: Listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  return {
    send: engine.send,
    probe: (url, key) => request<'probed'>((requestId) => ({ type: 'probe', requestId, url, key })),
    loadTrace: (traceId, file) =>
      request<'trace_loaded'>((requestId) => ({
        type: 'load_trace',
        requestId,
        traceId,
        file,
      })),
    loadDataset: (datasetId, file) =>
      request<'dataset_loaded'>((requestId) => ({ type: 'load_dataset', requestId, datasetId, file })),
    collect: async (name) =>
      (await request<'collected'>((requestId) => ({ type: 'collect', requestId, name }))).run,
    readLog: async () => (await request<'log'>((requestId) => ({ type: 'read_log', requestId }))).entries,
    onRefused: subscribe(refusedListeners),
    onEnded: subscribe(endedListeners),
  }
}
