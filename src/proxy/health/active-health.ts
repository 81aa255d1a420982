// Checks endpoints at intervals: two failures in a row mark an endpoint as unhealthy, one success marks it as healthy.
import type { SetTimer } from '../../core/timer.ts'
import type { Logger } from 'pino'
import { recordError } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointConfig, Snapshot } from '../../core/state/configuration.ts'
import { setAside } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { probeHealth, type HealthResult } from './probe-health.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

export interface ActiveHealth {
  /** Starts and stops checks as configured. A check whose own settings have not changed continues. */
  sync(snapshot: Snapshot): void
  /** Stops all checks. Endpoints stay healthy or unhealthy. */
  stop(): void
}

interface ActiveHealthOptions {
  readonly state: GatewayState
  readonly pools: UpstreamPools
  readonly clock: Clock
  readonly logger: Logger
  /** Called when an endpoint has become unhealthy or healthy. */
  readonly onChange: () => void
  readonly setTimer: SetTimer
  /** In [0, 1). */
  readonly random: () => number
}

interface Check {
  readonly config: EndpointConfig
  /** Aborts the running probe and cancels the next one. */
  stop(): void
}

const FAILURES_TO_UNHEALTHY = 2
// First probes are spread over this time, so that a thousand endpoints are not probed at once.
const SPREAD_MS = 10_000

const isChecked = ({ enabled, healthCheckPath }: EndpointConfig): boolean =>
  enabled && healthCheckPath !== null

const isSameCheck = (a: EndpointConfig, b: EndpointConfig): boolean =>
  a.baseUrl === b.baseUrl &&
  a.apiKey === b.apiKey &&
  a.authStyle === b.authStyle &&
  a.verifyTls === b.verifyTls &&
  a.healthCheckPath === b.healthCheckPath &&
  a.healthCheckIntervalS === b.healthCheckIntervalS &&
  a.healthCheckTimeoutS === b.healthCheckTimeoutS

export function createActiveHealth(options: ActiveHealthOptions): ActiveHealth {
  const { state, pools, clock, logger, onChange, setTimer, random } = options
  const checks = new Map<number, Check>()
  let synced: readonly EndpointConfig[] | undefined

  const markUnhealthy = (id: number, error: string): void => {
    const endpoint = state.endpoint(id)
    if (endpoint.unhealthy) return
    endpoint.unhealthy = true
    // As after a cooldown, the endpoint joins the sharing anew and catches nothing up.
    setAside(endpoint)
    // A backend that was restarted has an empty cache.
    endpoint.prefix.clear()
    logger.warn({ endpoint: endpoint.config.name, error }, 'endpoint fails its health checks')
    onChange()
  }

  const markHealthy = (id: number, why: string): void => {
    const endpoint = state.endpoint(id)
    endpoint.healthCheckError = null
    if (!endpoint.unhealthy) return
    endpoint.unhealthy = false
    logger.info({ endpoint: endpoint.config.name }, why)
    onChange()
  }

  const start = (config: EndpointConfig): Check => {
    const { id } = config
    const intervalMs = config.healthCheckIntervalS * 1000
    let failures = 0
    let cancelProbe = (): void => undefined
    const apply = (result: HealthResult, chunksBefore: number): void => {
      if (result === 'unknown') return
      // An engine at work may leave a check unanswered. While it sends bytes for requests, it is not set aside.
      const isAlive =
        result !== 'well' && result.isTimeout && state.endpoint(id).watch.chunks !== chunksBefore
      if (isAlive || result === 'well') failures = 0
      if (isAlive) return
      if (result === 'well') {
        markHealthy(id, 'endpoint is well again')
        return
      }
      failures += 1
      state.endpoint(id).healthCheckError = result.reason
      recordError(state.endpoint(id), clock, `health check: ${result.error}`)
      if (failures >= FAILURES_TO_UNHEALTHY) markUnhealthy(id, result.error)
    }
    const run = (): void => {
      const startMs = clock()
      const { chunks } = state.endpoint(id).watch
      // The present configuration: settings that the check does not depend on may have changed, and pools are kept by it.
      cancelProbe = probeHealth(pools, state.endpoint(id).config, setTimer, (result) => {
        // Before the result is applied: `onChange` may stop this check, and so must find the timer set.
        cancelTimer = setTimer(run, Math.max(0, startMs + intervalMs - clock()))
        apply(result, chunks)
      })
    }
    let cancelTimer = setTimer(run, random() * Math.min(SPREAD_MS, intervalMs))
    return {
      config,
      stop() {
        cancelTimer()
        cancelProbe()
      },
    }
  }

  return {
    sync({ endpoints }) {
      if (endpoints === synced) return
      synced = endpoints
      const checked = new Map(endpoints.filter(isChecked).map((config) => [config.id, config]))
      for (const [id, check] of checks) {
        const config = checked.get(id)
        if (config && isSameCheck(config, check.config)) continue
        check.stop()
        checks.delete(id)
        if (config === undefined) markHealthy(id, 'endpoint is no longer checked')
      }
      for (const [id, config] of checked) if (!checks.has(id)) checks.set(id, start(config))
    },
    stop() {
      for (const check of checks.values()) check.stop()
      checks.clear()
    },
  }
}
