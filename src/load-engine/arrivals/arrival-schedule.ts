/** Computes when the requests of an open loop are due, in milliseconds from the start. */
import type { Arrival, Sweep } from '../model/arrival.ts'
import type { Random } from '../platform/seeded-random.ts'
import type { Trace } from '../traces/trace.ts'

export interface ScheduledArrival {
  /** Milliseconds from the start; never less than that of the previous arrival. */
  readonly atMs: number
  /** Index of the step of a sweep, from 0. */
  readonly step?: number
  /** Index of the trace row of a replay. */
  readonly row?: number
}

/** Yields arrivals in order of time; ends with the pattern. */
export type ArrivalSchedule = Iterator<ScheduledArrival, undefined>

function* constant(ratePerS: number): Generator<ScheduledArrival, undefined> {
  for (let index = 0; ; index += 1) yield { atMs: (index * 1000) / ratePerS }
}

/** Draws exponential gaps by inversion; the first arrival also follows a gap. */
function* poisson(ratePerS: number, random: Random): Generator<ScheduledArrival, undefined> {
  for (let atMs = 0; ;) {
    atMs -= (Math.log(1 - random()) * 1000) / ratePerS
    yield { atMs }
  }
}

/**
 * Arrival number n is due when the area under the rate reaches n: a quadratic equation while the rate changes,
 * equal gaps afterwards.
 */
function* ramp(fromPerS: number, toPerS: number, overS: number): Generator<ScheduledArrival, undefined> {
  const slope = (toPerS - fromPerS) / overS
  const rampArea = ((fromPerS + toPerS) / 2) * overS
  for (let index = 0; ; index += 1) {
    const isOnRamp = index < rampArea
    // The form with the root in the denominator stays precise where the slope is close to 0.
    const seconds = isOnRamp
      ? index === 0
        ? 0
        : (2 * index) / (fromPerS + Math.sqrt(Math.max(0, fromPerS * fromPerS + 2 * slope * index)))
      : overS + (index - rampArea) / toPerS
    yield { atMs: seconds * 1000 }
  }
}

/** @returns the levels of a sweep in order; whole numbers for counts of parallel requests. */
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
 * @param trace - required for a replay.
 * @returns null for a closed loop, including a sweep over parallel requests, and a knee: their arrivals depend on responses.
 */
export function createArrivalSchedule(
  arrival: Arrival,
  random: Random,
  trace?: Trace,
): ArrivalSchedule | null {
  switch (arrival.kind) {
    case 'closed':
    case 'knee':
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
