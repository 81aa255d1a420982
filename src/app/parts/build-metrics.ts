// Builds the metrics, which read the live state at each scrape.
import type { Clock } from '../../core/clock.ts'
import { isScoped } from '../../core/lease/breaker.ts'
import { oldestWaitMs } from '../../core/lease/first-byte-watch.ts'
import type { Placer } from '../../core/placement/placer.ts'
import { showWork } from '../../core/placement/shown-work.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import type { LiveWorkers } from '../../observability/worker-series.ts'
import { createMetrics, type Metrics } from '../../observability/metrics.ts'

export function createAppMetrics(
  state: GatewayState,
  clock: Clock,
  placer: Pick<Placer, 'expected'>,
  processMetrics = true,
  readWorkers: () => LiveWorkers | null = () => null,
): Metrics {
  return createMetrics({
    processMetrics,
    readLive: () => ({
      workers: readWorkers(),
      stats: readStats(state),
      endpoints: state.snapshot().endpoints.map(({ id, name }) => {
        const endpoint = state.endpoint(id)
        const { inflight, tripped, watch, counters, estimated, load } = endpoint
        return {
          name,
          inflight,
          counters,
          estimated,
          load,
          work: showWork(endpoint, placer.expected),
          isTripped: tripped !== null || watch.hang !== null,
          isPartlyTripped: isScoped(tripped) && !tripped.isForEveryone && watch.hang === null,
          giveUps: watch.giveUps,
          oldestWaitMs: oldestWaitMs(watch, clock()),
        }
      }),
      bodyBytes: state.totals.bodyBytes,
      sessionMoves: state.totals.sessionMoves,
      hasBlock: (id) => state.snapshot().blockById.has(id),
    }),
  })
}
