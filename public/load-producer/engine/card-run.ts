/** One run of one card: takes requests from its source, keeps them in flight, counts what becomes of them. */
import { createAimedSource } from './aimed-source.ts'
import { createCardStats, type CardStats } from './card-stats.ts'
import { chatCall, type Job } from './chat-call.ts'
import { createClosedLoop } from './closed-loop.ts'
import type { BridgeClient } from './bridge-client.ts'
import type { EngineTimer } from './engine-timer.ts'
import type { Fault } from './field-kinds.ts'
import type { JobSource } from './job-source.ts'
import { createLagMeter } from './lag-meter.ts'
import { createOpenLoop } from './open-loop.ts'
import type { RequestResult } from './request-result.ts'
import type { CardState, CardSummary } from './run-summary.ts'
import { mergeLive, type Scenario } from './scenario.ts'
import { createSeededRandom } from './seeded-random.ts'
import { sendRequest } from './send-request.ts'
import type { Trace } from './trace.ts'

export interface CardRun {
  start(): void
  /** Cancels everything in flight, at once. */
  stop(): void
  update(edited: Scenario): void
  /** Sends what can be sent: to be called when the bridge is open again, and now and then. */
  pump(): void
  /** @param lagMs - how late the engine's own timer was. */
  noteLag(lagMs: number): void
  state(): CardState
  /** As it applies now. */
  scenario(): Scenario
  startedAtEpochMs(): number
  /** Stands still once the run has ended. */
  elapsedMs(): number
  step(): string
  target(): number | null
  lag(): CardSummary['lag']
  readonly stats: CardStats
}

export interface CardRunParts {
  readonly bridge: BridgeClient
  readonly timer: EngineTimer
  readonly trace: Trace | undefined
  /** Of arrivals and made-up prompts where the scenario has none. */
  readonly seed: number
  readonly onResult: (result: RequestResult) => void
  readonly onEnd: () => void
  /** It cannot begin, and is to be stopped. */
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

type SourceParts = Parameters<typeof createOpenLoop>[1] & Parameters<typeof createAimedSource>[2]

function createSource(scenario: Scenario, parts: SourceParts): JobSource {
  const { arrival } = scenario
  const isClosed = arrival.kind === 'closed' || (arrival.kind === 'sweep' && arrival.over === 'parallel')
  const source = isClosed ? createClosedLoop(scenario, parts) : createOpenLoop(scenario, parts)
  return createAimedSource(source, scenario, parts)
}

export function createCardRun(initial: Scenario, parts: CardRunParts): CardRun {
  const { timer, trace } = parts
  const seed = initial.seed ?? parts.seed
  const stats = createCardStats(initial.slo)
  const lag = createLagMeter()
  const flights = new Set<() => void>()
  let scenario = initial
  let state: CardState = 'idle'
  const clock = createRunClock(timer)
  const noteLag = (lagMs: number): void => lag.add(timer.nowMs(), lagMs)
  const sinceStart = clock.elapsedMs
  const end = (as: 'finished' | 'stopped'): void => {
    clock.stop()
    state = as
    parts.onEnd()
  }
  const launch = (job: Job): void => {
    stats.sent(sinceStart())
    const cancel = sendRequest(parts.bridge, timer, {
      call: chatCall(scenario, job, trace, seed),
      job,
      onTokens: (tokens) => stats.tokens(sinceStart(), tokens),
      onResult(result) {
        flights.delete(cancel)
        stats.settled(sinceStart(), result)
        parts.onResult(result)
        pump()
      },
    })
    flights.add(cancel)
  }
  const pump = (): void => {
    if (state !== 'running') return
    source.expire()
    while (parts.bridge.isOpen() && flights.size < source.parallel()) {
      const job = source.take()
      if (!job) break
      launch(job)
    }
    if (flights.size === 0 && source.isExhausted()) end('finished')
  }
  const source = createSource(initial, {
    ...parts,
    onModel: (model) => void (scenario = { ...scenario, model }),
    random: createSeededRandom(seed),
    onReady: () => pump(),
    onArrived: stats.arrived,
    onLag: noteLag,
    onDropped: () => stats.dropped(sinceStart()),
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
      stats.withdrawn(source.stop())
      for (const cancel of [...flights]) cancel()
      end('stopped')
    },
    update(edited) {
      scenario = mergeLive(scenario, edited)
      if (state === 'running') source.update(scenario)
    },
    pump,
    noteLag,
    state: () => state,
    scenario: () => scenario,
    startedAtEpochMs: clock.startedAtEpochMs,
    elapsedMs: sinceStart,
    step: () => source.step(),
    target: () => source.target(),
    lag: () => lag.read(timer.nowMs()),
    stats,
  }
}
