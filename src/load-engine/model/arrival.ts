/** The arrival patterns of the requests of a card, and their schema. */
import * as z from 'zod/mini'
import { decimal, text, wholeNumber } from './field-schemas.ts'

const ratePerS = decimal(0.001, 10_000)

export const MAX_PARALLEL = 5_000

/** Keeps `maxParallel` requests in flight: the next starts when one ends. */
const closed = z.strictObject({ kind: z.literal('closed') })

/** One arrival every 1 / rate seconds, independent of response times. */
const constant = z.strictObject({ kind: z.literal('constant'), ratePerS })

/** Independent arrivals at a mean rate, with exponential gaps. */
const poisson = z.strictObject({ kind: z.literal('poisson'), ratePerS })

/** The rate changes linearly, then stays at its final value. */
const ramp = z.strictObject({
  kind: z.literal('ramp'),
  fromPerS: decimal(0, 10_000),
  toPerS: ratePerS,
  /** Seconds. */
  overS: decimal(1, 86_400),
})

/** Runs one level after another for `stepS` seconds each; the run ends with the last level. */
const sweep = z
  .strictObject({
    kind: z.literal('sweep'),
    /** What the levels are: arrival rates (per second), or requests in parallel in a closed loop. */
    over: z.enum(['rate', 'parallel'], { error: 'takes rate or parallel' }),
    from: decimal(0.001, 10_000),
    to: decimal(0.001, 10_000),
    steps: wholeNumber(2, 50),
    stepS: decimal(1, 3_600),
    /** Equal differences or equal ratios between the levels. */
    spacing: z.enum(['linear', 'geometric'], { error: 'takes linear or geometric' }),
  })
  .check(
    z.refine(
      ({ over, from, to }) =>
        over === 'rate' || (Math.min(from, to) >= 1 && Math.max(from, to) <= MAX_PARALLEL),
      { error: `takes 1 to ${MAX_PARALLEL} in parallel`, path: ['from'] },
    ),
  )

/** Searches for the highest rate that meets the limits of the card; each trial takes `stepS` seconds or more. */
const knee = z
  .strictObject({
    kind: z.literal('knee'),
    fromPerS: ratePerS,
    toPerS: ratePerS,
    stepS: decimal(1, 3_600),
    precisionPercent: decimal(1, 100),
  })
  .check(
    z.refine(({ fromPerS, toPerS }) => fromPerS <= toPerS, {
      error: 'takes at least the lowest rate',
      path: ['toPerS'],
    }),
  )

/** Repeats the arrivals and lengths of a trace that has been loaded. */
const replay = z.strictObject({
  kind: z.literal('replay'),
  traceId: text(100, 1),
  /** Name for display. */
  traceName: text(200),
  /** 2 replays twice as fast. */
  speed: decimal(0.01, 1_000),
})

export const arrivalSchema = z.discriminatedUnion(
  'kind',
  [closed, constant, poisson, ramp, sweep, knee, replay],
  {
    error: 'takes closed, constant, poisson, ramp, sweep, knee or replay',
  },
)

export type Arrival = z.infer<typeof arrivalSchema>
export type ArrivalKind = Arrival['kind']
export type Sweep = z.infer<typeof sweep>

/** Initial values of the form when a user selects another pattern. */
export const defaultArrivals: { readonly [Kind in ArrivalKind]: Extract<Arrival, { kind: Kind }> } = {
  closed: { kind: 'closed' },
  constant: { kind: 'constant', ratePerS: 10 },
  poisson: { kind: 'poisson', ratePerS: 10 },
  ramp: { kind: 'ramp', fromPerS: 1, toPerS: 50, overS: 60 },
  sweep: { kind: 'sweep', over: 'rate', from: 1, to: 64, steps: 7, stepS: 30, spacing: 'geometric' },
  knee: { kind: 'knee', fromPerS: 1, toPerS: 256, stepS: 20, precisionPercent: 10 },
  replay: { kind: 'replay', traceId: 'none', traceName: '', speed: 1 },
}
