import { addToBucket, bucketOf, type TimeSketch } from '../../../src/core/traffic/time-sketch.ts'

export function sketchOf(times: readonly number[]): TimeSketch {
  const sketch: TimeSketch = new Map()
  for (const ms of times) addToBucket(sketch, bucketOf(ms))
  return sketch
}
