// What the admin side may ask of the data plane, whether it is served by this process or by workers.
import type { DecisionLog } from '../core/decisions/decision-log.ts'
import type { Admission } from '../core/queue/admission.ts'
import type { Snapshot } from '../core/state/configuration.ts'
import { takeCpuProfile } from '../observability/cpu-profile.ts'
import type { DataPlane } from '../proxy/data-plane.ts'
import type { Parts } from './parts/build-parts.ts'

export interface DataPlaneControl {
  /** Resolves once requests are served by the configuration. */
  configurationChanged(snapshot: Snapshot): void | Promise<void>
  /** To be called when an endpoint may accept requests again. */
  serveWaiting(): void
  endInFlight(endpointId: number): void
  waiting: Admission['waiting']
  listDecisions(
    ...query: Parameters<DecisionLog['list']>
  ): ReturnType<DecisionLog['list']> | Promise<ReturnType<DecisionLog['list']>>
  /** @param worker - 0 for this process. @returns the content of a .cpuprofile file; undefined where no such worker runs. */
  takeProfile(worker: number, seconds: number): Promise<string | undefined>
  clearCache(): void
  /** Sets to 0 what is counted outside this process's state. */
  resetStatistics(): void
}

/** For a data plane of this process. */
export function createLocalControl(
  { admission, pools, decisions, cache, trafficShare }: Parts,
  dataPlane: Pick<DataPlane, 'endInFlight'>,
): DataPlaneControl {
  return {
    configurationChanged({ endpointById }) {
      pools.prune(new Set(endpointById.keys()))
      admission.serveWaiting()
    },
    serveWaiting: admission.serveWaiting,
    endInFlight: dataPlane.endInFlight,
    waiting: admission.waiting,
    listDecisions: decisions.list,
    takeProfile: (worker, seconds) => (worker === 0 ? takeCpuProfile(seconds) : Promise.resolve(undefined)),
    clearCache: cache.clear,
    resetStatistics() {
      trafficShare.reset()
      cache.clear()
    },
  }
}
