// What a worker tells the primary of itself, four times a second: a worker that says nothing is taken to stand still.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Admission } from '../../core/queue/admission.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { Post } from './build-worker-parts.ts'

interface ReportOptions {
  readonly state: GatewayState
  readonly admission: Pick<Admission, 'waiting'>
  readonly setTimer: SetTimer
  readonly post: Post
  /** Called after each report. */
  readonly onReport: () => void
}

const INTERVAL_MS = 250
const DELAY_RESOLUTION_MS = 20

/** @returns a function that ends it. */
export function startReports({ state, admission, setTimer, post, onReport }: ReportOptions): () => void {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delay.enable()
  const chunks = new Map<number, number>()
  let loop = performance.eventLoopUtilization()
  let cancel: () => void

  /** @returns the ids of the endpoints that have sent bytes. */
  const takeActive = (): number[] =>
    state.snapshot().endpoints.flatMap(({ id }) => {
      const { watch } = state.endpoint(id)
      if (watch.chunks === (chunks.get(id) ?? 0)) return []
      chunks.set(id, watch.chunks)
      return [id]
    })

  const report = (): void => {
    cancel = setTimer(report, INTERVAL_MS)
    const now = performance.eventLoopUtilization()
    const { totals } = state
    const gauges = {
      queued: totals.queued,
      bodyBytes: totals.bodyBytes,
      waiting: [...admission.waiting()],
      active: takeActive(),
      utilisation: performance.eventLoopUtilization(now, loop).utilization,
      loopDelayMs: Math.max(0, delay.max / 1e6 - DELAY_RESOLUTION_MS),
      rssBytes: process.memoryUsage.rss(),
    }
    // At once, with what waits to be told: else an idle worker would wake twice.
    post({ type: 'gauges', gauges }, true)
    onReport()
    delay.reset()
    loop = now
  }
  report()
  return () => {
    cancel()
    delay.disable()
  }
}
