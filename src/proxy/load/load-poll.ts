// Asks one endpoint for its load at intervals, and sets it until it is outdated.
import type { Clock } from '../../core/clock.ts'
import type { LoadReport } from '../../core/placement/load-report.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { fetchLoad, type LoadResult, type ToldLoad } from './fetch-load.ts'
import { createHitRate } from './hit-rate.ts'
import type { LoadFigures } from './load-figures.ts'
import type { Engine } from './read-metrics.ts'

export interface LoadPollOptions {
  readonly pools: UpstreamPools
  readonly clock: Clock
  readonly setTimer: SetTimer
  /** In [0, 1). */
  readonly random: () => number
  /** Time between two reports from now on, and most that one may take. */
  readonly intervalMs: () => number
}

export interface LoadPoll {
  /** Sets the endpoint's load. */
  set(report: LoadReport): void
  /** Unsets the endpoint's load for good. */
  stop(): void
}

const STALE_INTERVALS = 3
const NOTHING_MS = 60_000
const UNREACHABLE_MS = 10_000

/** An endpoint that told its load the last time is asked again soon; others seldom. */
function delayMs(result: LoadResult, hadTold: boolean, intervalMs: number): number {
  if (hadTold || typeof result === 'object') return intervalMs
  return Math.max(intervalMs, result === 'nothing' ? NOTHING_MS : UNREACHABLE_MS)
}

export function startLoadPoll(
  { pools, clock, setTimer, random, intervalMs }: LoadPollOptions,
  endpoint: EndpointRuntime,
  wanted: Engine | 'auto',
): LoadPoll {
  let told: ToldLoad | undefined
  let hitRateOf = createHitRate()
  let isStopped = false
  let cancelExpiry = (): void => undefined

  const expire = (): void => {
    endpoint.load = null
    hitRateOf = createHitRate()
  }
  const set = (report: LoadReport): void => {
    endpoint.load = report
    cancelExpiry()
    cancelExpiry = setTimer(expire, STALE_INTERVALS * intervalMs())
  }
  const report = ({ prefix, hitRate, ...figures }: LoadFigures): void =>
    set({ ...figures, hitRate: prefix ? hitRateOf(prefix) : hitRate, atMs: clock() })
  const ask = async (): Promise<void> => {
    const startMs = clock()
    const question = { wanted, path: told?.path, waitMs: intervalMs() }
    // The present configuration, by which connections are kept: settings that the load does not depend on may have changed.
    const result = await fetchLoad(pools, endpoint.config, question, setTimer)
    if (isStopped) return
    const waitMs = delayMs(result, told !== undefined, intervalMs())
    if (result !== 'unreachable') told = result === 'nothing' ? undefined : result
    endpoint.asksLoadHeader = wanted === 'vllm' || told?.engine === 'vllm'
    if (typeof result === 'object') report(result.figures)
    cancelAsk = setTimer(() => void ask(), Math.max(0, startMs + waitMs - clock()))
  }
  endpoint.asksLoadHeader = wanted === 'vllm'
  // The endpoints of a fleet are asked one after another.
  let cancelAsk = setTimer(() => void ask(), random() * intervalMs())
  return {
    set,
    stop() {
      isStopped = true
      cancelAsk()
      cancelExpiry()
      endpoint.load = null
      endpoint.asksLoadHeader = false
    },
  }
}
