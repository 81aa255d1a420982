// The times of the last steps of an object's traffic, until the history takes them.
import { addToBucket, type TimeSketch } from './time-sketch.ts'

export interface Times {
  /** From the arrival of the request to the first token of its stream. */
  readonly firstToken: TimeSketch
  /** Of the attempts that succeeded. */
  readonly duration: TimeSketch
}

/** How many times fell in which bucket, in turns: twice the bucket's number, with a duration one more. Few, side by side. */
type Counts = number[]

/** In ascending order of their steps. */
export type KeptTimes = { readonly step: number; readonly counts: Counts }[]

// The history takes them every ten seconds; a process without one keeps the last minute.
const MAX_STEPS = 30

function add(counts: Counts, key: number): void {
  for (let index = 0; index < counts.length; index += 2) {
    if (counts[index] !== key) continue
    counts[index + 1] = (counts[index + 1] ?? 0) + 1
    return
  }
  counts.push(key, 1)
}

/** The buckets of the sketches that the times of one attempt fall in; undefined for a time that it has not. */
export interface TimeBuckets {
  readonly firstToken: number | undefined
  readonly duration: number | undefined
}

/** @param step - the current one, of the live traffic. */
export function keepTimes(kept: KeptTimes, step: number, { firstToken, duration }: TimeBuckets): void {
  let last = kept.at(-1)
  if (last === undefined || last.step < step) {
    last = { step, counts: [] }
    kept.push(last)
    if (kept.length > MAX_STEPS) kept.shift()
  }
  if (firstToken !== undefined) add(last.counts, 2 * firstToken)
  if (duration !== undefined) add(last.counts, 2 * duration + 1)
}

/** @returns the times of all steps up to `last`, which are kept no longer. */
export function takeTimes(kept: KeptTimes, last: number): Times {
  const taken: Times = { firstToken: new Map(), duration: new Map() }
  const later = kept.findIndex(({ step }) => step > last)
  for (const { counts } of kept.splice(0, later === -1 ? kept.length : later))
    for (let index = 0; index < counts.length; index += 2) {
      const key = counts[index] ?? 0
      addToBucket(key % 2 === 0 ? taken.firstToken : taken.duration, key >> 1, counts[index + 1])
    }
  return taken
}
