// Live traffic that is not counted: a worker's is counted by the primary process, from the leases of all workers.
import type { Clock } from '../clock.ts'
import { createLiveTraffic, type LiveTraffic } from './live-traffic.ts'

export function createUncountedTraffic(clock: Clock): LiveTraffic {
  const counts = createLiveTraffic(clock).begin({ blockId: 0, token: null }, 0, {
    model: null,
    aliasId: undefined,
  })
  return {
    ...createLiveTraffic(clock),
    begin: () => counts,
    settle: () => undefined,
    countUnleased: () => undefined,
  }
}
