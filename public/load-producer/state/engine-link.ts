/** The page's end of the engine: commands out, reports to the stores, and answers to whoever asked. */
import type { Command, Report } from '../engine/messages.ts'
import type { LogEntry } from '../engine/run-summary.ts'
import type { SavedRun } from '../engine/saved-run.ts'
import { startEngine } from '../engine/start-engine.ts'
import type { LiveStore } from './live-store.ts'

type Answer<Type extends Report['type']> = Extract<Report, { type: Type }>
type Refused = Answer<'refused'>
export type Probed = Answer<'probed'>
export type TraceLoaded = Answer<'trace_loaded'>

export interface EngineLink {
  send(command: Command): void
  probe(url: string, key: string): Promise<Probed>
  loadTrace(traceId: string, file: File): Promise<TraceLoaded>
  collect(name: string): Promise<SavedRun>
  readLog(): Promise<readonly LogEntry[]>
  onRefused(listener: (refused: Refused) => void): () => void
  onEnded(listener: () => void): () => void
}

export function createEngineLink(live: LiveStore): EngineLink {
  const waiting = new Map<string, (report: Report) => void>()
  const refusedListeners = new Set<(refused: Refused) => void>()
  const endedListeners = new Set<() => void>()
  const engine = startEngine((report) => {
    if ('requestId' in report) {
      waiting.get(report.requestId)?.(report)
      waiting.delete(report.requestId)
    } else if (report.type === 'snapshot') live.apply(report.snapshot)
    else if (report.type === 'bridge') live.setBridge(report.bridge)
    else if (report.type === 'refused') refusedListeners.forEach((listener) => listener(report))
    else endedListeners.forEach((listener) => listener())
  })
  const ask = <Type extends Report['type']>(make: (requestId: string) => Command): Promise<Answer<Type>> =>
    new Promise((resolve) => {
      const requestId = crypto.randomUUID()
      waiting.set(requestId, (report) => resolve(report as Answer<Type>))
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
    probe: (url, key) => ask<'probed'>((requestId) => ({ type: 'probe', requestId, url, key })),
    loadTrace: (traceId, file) =>
      ask<'trace_loaded'>((requestId) => ({ type: 'load_trace', requestId, traceId, name: file.name, file })),
    collect: async (name) =>
      (await ask<'collected'>((requestId) => ({ type: 'collect', requestId, name }))).run,
    readLog: async () => (await ask<'log'>((requestId) => ({ type: 'read_log', requestId }))).entries,
    onRefused: subscribe(refusedListeners),
    onEnded: subscribe(endedListeners),
  }
}
