// SQL functions over stored sketches of times: they are summed where the rows are, on the thread of the database.
import { addSketchBytes, sketchBytes } from '../../core/history/sketch-bytes.ts'
import type { Database } from 'better-sqlite3'
import type { TimeSketch } from '../../core/traffic/time-sketch.ts'

type Stored = Uint8Array | null

/** null for rows that are older than the sketches, and where nothing was timed. */
function asStored(sketch: TimeSketch): Buffer | null {
  return sketch.size === 0 ? null : Buffer.from(sketchBytes(sketch))
}

/** Adds `add_times(one, other)` and the aggregate `sum_times(times)`. */
export function addSketchFunctions(database: Database): void {
  database.function('add_times', { deterministic: true }, (one: Stored, other: Stored) => {
    if (one === null || other === null) return one ?? other
    const sketch: TimeSketch = new Map()
    addSketchBytes(sketch, one)
    addSketchBytes(sketch, other)
    return asStored(sketch)
  })
  database.aggregate('sum_times', {
    deterministic: true,
    start: (): TimeSketch => new Map(),
    step(sketch: TimeSketch, stored: unknown) {
      if (stored instanceof Uint8Array) addSketchBytes(sketch, stored)
    },
    result: asStored,
  })
}
