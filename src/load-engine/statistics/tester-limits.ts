/** Judges from samples of the engine itself whether the tester, and not the target, limited a run. */
import type { TesterLimit, TesterSummary } from '../model/run-summary.ts'

/** What was seen of the engine since the sample before, about a quarter of a second ago. */
export interface TesterSample {
  /** Share of the time in which the thread of the engine was busy, 0 to 1. */
  readonly busyShare: number
  /** The longest delay of a timer or of a scheduled request. */
  readonly lagMs: number
  /** Requests that wait in the tester although their card would send them. */
  readonly backlog: number
}

/** Above it what arrives waits for the thread several times as long as it takes to be read. */
const MAX_BUSY_SHARE = 0.95
const MAX_LAG_MS = 100
/** Samples at the start of a run, which compiles the code. */
const WARM_UP = 2
/** Fewer do not limit a run, however short it is. */
const MIN_LIMITED = 4
/** Of all samples after the start. */
const MAX_LIMITED_SHARE = 0.2
const RECENT = 8

/** @returns the ways in which the tester was the limit during a sample. */
export function limitsOf({ busyShare, lagMs, backlog }: TesterSample): TesterLimit[] {
  const limits: TesterLimit[] = []
  if (busyShare > MAX_BUSY_SHARE) limits.push('busy')
  if (lagMs > MAX_LAG_MS) limits.push('late')
  if (backlog > 0) limits.push('backlog')
  return limits
}

export interface TesterLimits {
  add(sample: TesterSample): void
  read(): TesterSummary
}

export function createTesterLimits(): TesterLimits {
  const counts: Record<TesterLimit, number> = { busy: 0, late: 0, backlog: 0 }
  const recent: boolean[] = []
  let [skipped, samples, limited, busySum] = [0, 0, 0, 0]
  const isOften = (count: number): boolean => count >= MIN_LIMITED && count > samples * MAX_LIMITED_SHARE
  return {
    add(sample) {
      if (skipped < WARM_UP) return void (skipped += 1)
      const limits = limitsOf(sample)
      for (const limit of limits) counts[limit] += 1
      samples += 1
      busySum += sample.busyShare
      if (limits.length > 0) limited += 1
      recent.push(limits.length > 0)
      if (recent.length > RECENT) recent.shift()
    },
    read: () => ({
      isLimit: isOften(limited),
      isLimitNow: recent.filter(Boolean).length >= MIN_LIMITED,
      // A limit that is rare beside others is no reason of its own.
      reasons: (Object.keys(counts) as TesterLimit[]).filter(
        (limit) => counts[limit] > limited * MAX_LIMITED_SHARE,
      ),
      busyPercent: samples === 0 ? 0 : Math.min(100, (busySum * 100) / samples),
      limitedPercent: samples === 0 ? 0 : (limited * 100) / samples,
    }),
  }
}
