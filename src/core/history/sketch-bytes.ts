// Sketches of times as bytes of the store: for each bucket in ascending order its distance from the one before and its count,
// both as integers of seven bits a byte, the lowest first; all bytes but the last have the eighth bit.
import { addToBucket, type TimeSketch } from '../traffic/time-sketch.ts'

const MORE = 128

function pushInteger(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) bytes.push((rest % MORE) + MORE)
  bytes.push(rest)
}

export function sketchBytes(sketch: TimeSketch): Uint8Array {
  const bytes: number[] = []
  let before = 0
  for (const [bucket, count] of [...sketch].toSorted(([one], [other]) => one - other)) {
    pushInteger(bytes, bucket - before)
    pushInteger(bytes, count)
    before = bucket
  }
  return Uint8Array.from(bytes)
}

/** Adds what the bytes hold to the sketch. */
export function addSketchBytes(sketch: TimeSketch, bytes: Uint8Array): void {
  let at = 0
  const next = (): number => {
    let value = 0
    for (let unit = 1; ; unit *= MORE) {
      const byte = bytes[at++] ?? 0
      if (byte < MORE) return value + byte * unit
      value += (byte - MORE) * unit
    }
  }
  let bucket = 0
  while (at < bytes.length) {
    bucket += next()
    addToBucket(sketch, bucket, next())
  }
}
