// The default of LB_MAX_BODY_MEMORY_BYTES, which depends on the machine.
import { totalmem } from 'node:os'

const SHARE = 1 / 4

/** @returns a quarter of the memory that the container allows, or that the machine has where nothing limits the process. */
export function defaultBodyMemory(): number {
  // 0, or more than there is, where there is no limit.
  const limit = process.constrainedMemory() || Infinity
  return Math.floor(Math.min(limit, totalmem()) * SHARE)
}
