/** One run of one card: sends the requests of its source up to the parallel limit and records their results. */
import { createModelDiscoverySource } from '../arrivals/model-discovery-source.ts'
import { createCardStats, type CardStats } from '../statistics/card-stats.ts'
import { createCallMaker, type Job, type PromptSources } from '../requests/make-call.ts'
import { createClosedLoop } from '../arrivals/closed-loop.ts'
import type { HttpCall, Transport } from '../transport/transport.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { Fault } from '../model/field-schemas.ts'
import type { JobSource } from '../arrivals/job-source.ts'
import { createKneeLoop } from '../arrivals/knee-loop.ts'
import { meetsObjectives } from '../statistics/goodput.ts'
import { createTesterLimits, type TesterLimits } from '../statistics/tester-limits.ts'
import { createLagMeter } from '../statistics/lag-meter.ts'
import { createOpenLoop } from '../arrivals/open-loop.ts'
import type { RequestResult } from '../requests/request-result.ts'
import type { CardState, CardSummary } from '../model/run-summary.ts'
import { mergeLiveEdits, type Scenario } from '../model/scenario.ts'
import { createSeededRandom } from '../platform/seeded-random.ts'
import { sendRequest } from '../requests/send-request.ts'
import type { Dataset } from '../prompts/dataset.ts'
import type { Trace } from '../traces/trace.ts'

export interface CardRun {
  start(): void
  /** Cancels all requests in flight at once. */
  stop(): void
  update(edited: Scenario): void
  /** Drops expired requests and sends due ones. Must be called periodically. */
  sendDue(): void
  /** @param lagMs - how late the timer of the engine fired. */
  recordLag(lagMs: number): void
  state(): CardState
  /** The scenario that applies now, with live edits merged in. */
  scenario(): Scenario
  startedAtEpochMs(): number
  /** Milliseconds since the start; constant once the run has ended. */
  elapsedMs(): number
  step(): string
  plannedRequests(): number | null
  lag(): CardSummary['lag']
  /** @returns the longest lag since the last call. */
  takeWorstLagMs(): number
  readonly tester: TesterLimits
  readonly stats: CardStats
}

export interface CardRunParts {
  readonly transport: Transport
  readonly timer: EngineTimer
  readonly trace: Trace | undefined
  readonly dataset?: Dataset | undefined
  /** Seed of arrivals and generated prompts when the scenario has none. */
  readonly seed: number
  readonly onResult: (result: RequestResult) => void
  readonly onEnd: () => void
  /** Called when the run cannot begin; the caller must stop it. */
  readonly onRefused: (fault: Fault) => void
}

function createRunClock(timer: EngineTimer) {
  let startedAtMs = 0
  let startedAtEpochMs = 0
  let endedAtMs: number | undefined
  return {
    start(): void {
      startedAtMs = timer.nowMs()
      startedAtEpochMs = timer.epochMs()
    },
    stop: (): void => void (endedAtMs = timer.nowMs()),
    elapsedMs: (): number => (endedAtMs ?? timer.nowMs()) - startedAtMs,
    startedAtEpochMs: (): number => startedAtEpochMs,
  }
}

/** What the run sees of the tester itself. */
function createOwnFigures(
  timer: EngineTimer,
): Pick<CardRun, 'recordLag' | 'lag' | 'takeWorstLagMs' | 'tester'> {
  const lag = createLagMeter()
  return {
    recordLag: (lagMs) => lag.add(timer.nowMs(), lagMs),
    lag: () => lag.read(timer.nowMs()),
    takeWorstLagMs: lag.takeWorstMs,
    tester: createTesterLimits(),
  }
}

type SourceParts = Parameters<typeof createOpenLoop>[1] & Parameters<typeof createModelDiscoverySource>[2]

function createSource(scenario: Scenario, parts: SourceParts): JobSource {
  const { arrival } = scenario
  const isClosed = arrival.kind === 'closed' || (arrival.kind === 'sweep' && arrival.over === 'parallel')
  if (arrival.kind === 'knee')
    return createModelDiscoverySource(createKneeLoop(scenario, arrival, parts), scenario, parts)
  const source = isClosed ? createClosedLoop(scenario, parts) : createOpenLoop(scenario, parts)
  return createModelDiscoverySource(source, scenario, parts)
}

/** The scenario that applies now, and the calls that it makes. */
function createCalls(initial: Scenario, sources: PromptSources, seed: number) {
  let scenario = initial
  let make = createCallMaker(initial, sources, seed)
  return {
    scenario: (): Scenario => scenario,
    make: (job: Job): HttpCall => make(job),
    use(next: Scenario): void {
      scenario = next
      make = createCallMaker(next, sources, seed)
    },
  }
}

export function createCardRun(initial: Scenario, parts: CardRunParts): CardRun {
  const { timer } = parts
  const seed = initial.seed ?? parts.seed
  const stats = createCardStats(initial.slo)
  const cancelsInFlight = new Set<() => void>()
  let state: CardState = 'idle'
  const calls = createCalls(initial, parts, seed)
  const clock = createRunClock(timer)
  const { elapsedMs: sinceStart } = clock
  const own = createOwnFigures(timer)
  const end = (as: 'finished' | 'stopped'): void => {
    clock.stop()
    state = as
    parts.onEnd()
  }
  const sendJob = (job: Job): void => {
    stats.recordSent(sinceStart())
    const cancel = sendRequest(parts.transport, timer, {
      call: calls.make(job),
      api: calls.scenario().call,
      job,
      onTokens: (tokens) => stats.recordTokens(sinceStart(), tokens),
      onResult(result) {
        cancelsInFlight.delete(cancel)
        stats.recordResult(sinceStart(), result)
        if (result.outcome !== 'cancelled') source.record?.(meetsObjectives(result, initial.slo))
        parts.onResult(result)
        sendDue()
      },
    })
    cancelsInFlight.add(cancel)
  }
  const sendDue = (): void => {
    if (state !== 'running') return
    source.expire()
    while (cancelsInFlight.size < source.parallel()) {
      const job = source.nextJob()
      if (!job) break
      sendJob(job)
    }
    if (cancelsInFlight.size === 0 && source.isExhausted()) end('finished')
  }
  const source = createSource(initial, {
    ...parts,
    onModel: (model) => calls.use({ ...calls.scenario(), model }),
    random: createSeededRandom(seed),
    onReady: () => sendDue(),
    onArrived: stats.recordArrival,
    onLag: own.recordLag,
    onDropped: (step) => stats.recordDropped(sinceStart(), step),
  })

  return {
    start() {
      clock.start()
      state = 'running'
      source.start()
    },
    stop() {
      if (state !== 'running') return
      state = 'stopping'
      stats.discardWaiting(source.stop())
      for (const cancel of [...cancelsInFlight]) cancel()
      end('stopped')
    },
    update(edited) {
      calls.use(mergeLiveEdits(calls.scenario(), edited))
      if (state === 'running') source.update(calls.scenario())
    },
    sendDue,
    state: () => state,
    scenario: calls.scenario,
    startedAtEpochMs: clock.startedAtEpochMs,
    elapsedMs: sinceStart,
    step: () => source.step(),
    plannedRequests: () => source.plannedRequests(),
    ...own,
    stats,
  }
}
