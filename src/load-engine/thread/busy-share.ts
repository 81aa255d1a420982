/** How busy the event loop of this thread is. */
import { performance } from 'node:perf_hooks'

/** @returns a function that tells the share of the time since its last call, 0 to 1. */
export function createBusyShare(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
