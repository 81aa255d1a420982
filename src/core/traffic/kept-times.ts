// The times of the last steps of an object's traffic, until the history takes them.
import { addSketch, addToBucket, type TimeSketch } from './time-sketch.ts'

export interface Times {
  /** From the arrival of the request to the first token of its stream. */
  readonly firstToken: TimeSketch
  /** Of the attempts that succeeded. */
  readonly duration: TimeSketch
}

/** In ascending order of their steps. */
export type KeptTimes = { readonly step: number; readonly times: Times }[]

// The history takes them every ten seconds; a process without one keeps the last minute.
const MAX_STEPS = 30

const noTimes = (): Times => ({ firstToken: new Map(), duration: new Map() })

/** The buckets of the sketches that the times of one attempt fall in; undefined for a time that it has not. */
export interface TimeBuckets {
  readonly firstToken: number | undefined
  readonly duration: number | undefined
}

/** @param step - the current one, of the live traffic. */
export function keepTimes(kept: KeptTimes, step: number, { firstToken, duration }: TimeBuckets): void {
  let last = kept.at(-1)
  if (last === undefined || last.step < step) {
    last = { step, times: noTimes() }
    kept.push(last)
    if (kept.length > MAX_STEPS) kept.shift()
  }
  if (firstToken !== undefined) addToBucket(last.times.firstToken, firstToken)
  if (duration !== undefined) addToBucket(last.times.duration, duration)
}

/** @returns the times of all steps up to `last`, which are kept no longer. */
export function takeTimes(kept: KeptTimes, last: number): Times {
  const taken = noTimes()
  const later = kept.findIndex(({ step }) => step > last)
  for (const { times } of kept.splice(0, later === -1 ? kept.length : later)) {
    addSketch(taken.firstToken, times.firstToken)
    addSketch(taken.duration, times.duration)
  }
  return taken
}
