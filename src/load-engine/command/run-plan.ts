/** Runs all cards of a plan at once, from this process. */
import { faultText } from '../model/field-schemas.ts'
import type { SavedRun } from '../model/saved-run.ts'
import { createEngine } from '../engine.ts'
import { systemTimer } from '../platform/engine-timer.ts'
import type { Report, Snapshot } from '../protocol/messages.ts'
import { createHttpTransport } from '../transport/http-transport.ts'
import type { Plan, PlannedFile } from './read-plan.ts'
import { resolveAnyTarget } from './resolve-target.ts'

interface RunPlanOptions {
  /** Share of the time since the last call in which this process was busy, 0 to 1. */
  readonly busyShare: () => number
  readonly onSnapshot: (snapshot: Snapshot) => void
  /** Stops the run when it is aborted; what was measured until then is returned. */
  readonly signal: AbortSignal
}

// A card's own limits are stricter.
const MAX_CONCURRENT = 1_000_000
const LONGEST_CALL_MS = 3_600_000

type ReportOf<Type extends Report['type']> = Extract<Report, { readonly type: Type }>

const cardIdOf = (index: number): string => `card-${index + 1}`

/** Passes each report to who waits for one of its type. */
function createReportListeners() {
  const listeners = new Set<(report: Report) => void>()
  return {
    tell: (report: Report): void => [...listeners].forEach((listener) => listener(report)),
    on: (listener: (report: Report) => void): void => void listeners.add(listener),
    next: <Type extends Report['type']>(type: Type): Promise<ReportOf<Type>> =>
      new Promise((resolve) => {
        const listener = (report: Report): void => {
          if (report.type !== type) return
          listeners.delete(listener)
          resolve(report as ReportOf<Type>)
        }
        listeners.add(listener)
      }),
  }
}

type Reports = ReturnType<typeof createReportListeners>
type Engine = ReturnType<typeof createEngine>

async function loadFile(
  engine: Engine,
  reports: Reports,
  { kind, id, blob: file }: PlannedFile,
): Promise<void> {
  const requestId = id
  const loaded = kind === 'trace' ? reports.next('trace_loaded') : reports.next('dataset_loaded')
  if (kind === 'trace') engine.handle({ type: 'load_trace', requestId, traceId: id, file })
  else engine.handle({ type: 'load_dataset', requestId, datasetId: id, file })
  const { result } = await loaded
  if (!result.ok) throw new Error(`the ${kind} cannot be used: ${result.error}`)
}

/** Resolves when every card has ended; rejects when one cannot begin. */
function allEnded(reports: Reports, { scenarios }: Plan): Promise<void> {
  const running = new Set(scenarios.map((_, index) => cardIdOf(index)))
  const nameOf = (cardId: string): string =>
    scenarios.find((_, index) => cardIdOf(index) === cardId)?.name ?? cardId
  return new Promise((resolve, reject) => {
    reports.on((report) => {
      if (report.type === 'refused')
        reject(
          new Error(
            `the card '${nameOf(report.cardId)}' cannot start: ${report.faults.map(faultText).join('; ')}`,
          ),
        )
      if (report.type !== 'ended') return
      running.delete(report.cardId)
      if (running.size === 0) resolve()
    })
  })
}

/** Rejects with an Error for people where the plan cannot be run. */
export async function runPlan(
  plan: Plan,
  { busyShare, onSnapshot, signal }: RunPlanOptions,
): Promise<SavedRun> {
  const transport = createHttpTransport({
    nowMs: systemTimer.nowMs,
    resolveTarget: resolveAnyTarget,
    maxConcurrent: MAX_CONCURRENT,
    timeoutMs: LONGEST_CALL_MS,
  })
  const reports = createReportListeners()
  const engine = createEngine({
    transport,
    timer: systemTimer,
    random: Math.random,
    busyShare,
    report: reports.tell,
  })
  const stop = (): void => engine.handle({ type: 'stop_all' })
  try {
    for (const file of plan.files) await loadFile(engine, reports, file)
    reports.on((report) => {
      if (report.type === 'snapshot') onSnapshot(report.snapshot)
    })
    const ended = allEnded(reports, plan)
    signal.addEventListener('abort', stop)
    for (const [index, scenario] of plan.scenarios.entries())
      engine.handle({ type: 'start', cardId: cardIdOf(index), scenario })
    if (signal.aborted) stop()
    await ended
    const collected = reports.next('collected')
    engine.handle({ type: 'collect', requestId: 'run', name: plan.name })
    return (await collected).run
  } finally {
    signal.removeEventListener('abort', stop)
    engine.close()
    transport.destroy()
  }
}
