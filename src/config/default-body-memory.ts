// The default of LB_MAX_BODY_MEMORY_BYTES, which depends on the machine.
import { totalmem } from 'node:os'

const SHARE = 1 / 4

/**
 * @param limitBytes - of the container; 0, or more than the machine has, where there is none.
 * @returns a quarter of the memory that the container allows, or that the machine has where nothing limits the process.
 */
export function defaultBodyMemory(
  limitBytes = process.constrainedMemory(),
  machineBytes = totalmem(),
): number {
  return Math.floor(Math.min(limitBytes || Infinity, machineBytes) * SHARE)
}
