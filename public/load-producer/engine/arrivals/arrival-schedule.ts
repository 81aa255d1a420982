/** When requests are due: pure schedules of an open loop, in milliseconds from the start. */
import type { Arrival, Sweep } from '../../model/arrival.ts'
import type { Random } from '../platform/seeded-random.ts'
import type { Trace } from '../traces/trace.ts'

export interface ScheduledArrival {
  /** Milliseconds from the start; never before the arrival before it. */
  readonly atMs: number
  /** Of a sweep, from 0. */
  readonly step?: number
  /** Of a replay: which row of the trace. */
  readonly row?: number
}

/** Yields arrivals in order; ends where the pattern does. */
export type ArrivalSchedule = Iterator<ScheduledArrival, undefined>

function* constant(ratePerS: number): Generator<ScheduledArrival, undefined> {
  for (let index = 0; ; index += 1) yield { atMs: (index * 1000) / ratePerS }
}

/** Gaps by inversion of the exponential distribution; the first arrival comes after a gap of its own. */
function* poisson(ratePerS: number, random: Random): Generator<ScheduledArrival, undefined> {
  for (let atMs = 0; ;) {
    atMs -= (Math.log(1 - random()) * 1000) / ratePerS
    yield { atMs }
  }
}

/**
 * Arrival number n comes when the area under the rate has reached n: a quadratic equation while the rate moves,
 * even steps from then on.
 */
function* ramp(fromPerS: number, toPerS: number, overS: number): Generator<ScheduledArrival, undefined> {
  const slope = (toPerS - fromPerS) / overS
  const rampArea = ((fromPerS + toPerS) / 2) * overS
  for (let index = 0; ; index += 1) {
    const isOnRamp = index < rampArea
    // The form with the root in the denominator loses no digits where the slope is near nothing.
    const seconds = isOnRamp
      ? index === 0
        ? 0
        : (2 * index) / (fromPerS + Math.sqrt(Math.max(0, fromPerS * fromPerS + 2 * slope * index)))
      : overS + (index - rampArea) / toPerS
    yield { atMs: seconds * 1000 }
  }
}

/** The levels of a sweep, first to last; whole numbers where they are counts of parallel requests. */
export function sweepLevels({ over, from, to, steps, spacing }: Sweep): number[] {
  return Array.from({ length: steps }, (_, index) => {
    const part = index / (steps - 1)
    const level = spacing === 'linear' ? from + (to - from) * part : from * (to / from) ** part
    return over === 'parallel' ? Math.max(1, Math.round(level)) : level
  })
}

function* sweepRates(sweep: Sweep): Generator<ScheduledArrival, undefined> {
  for (const [step, ratePerS] of sweepLevels(sweep).entries()) {
    const startMs = step * sweep.stepS * 1000
    const inStep = Math.ceil(ratePerS * sweep.stepS - 1e-9)
    for (let index = 0; index < inStep; index += 1) yield { atMs: startMs + (index * 1000) / ratePerS, step }
  }
}

function* replay(trace: Trace, speed: number): Generator<ScheduledArrival, undefined> {
  for (let row = 0; row < trace.length; row += 1) yield { atMs: (trace.atMs[row] ?? 0) / speed, row }
}

/**
 * @param trace - for a replay.
 * @returns null for a closed loop (a sweep over parallel requests is one), whose arrivals nothing but answers decide.
 */
export function createArrivalSchedule(
  arrival: Arrival,
  random: Random,
  trace?: Trace,
): ArrivalSchedule | null {
  switch (arrival.kind) {
    case 'closed':
      return null
    case 'constant':
      return constant(arrival.ratePerS)
    case 'poisson':
      return poisson(arrival.ratePerS, random)
    case 'ramp':
      return ramp(arrival.fromPerS, arrival.toPerS, arrival.overS)
    case 'sweep':
      return arrival.over === 'rate' ? sweepRates(arrival) : null
    case 'replay':
      if (!trace) throw new Error('a replay takes a trace')
      return replay(trace, arrival.speed)
  }
}
