// Asks endpoints at intervals whether they are well: two failures set one aside, one success takes it back.
import type { SetTimer } from '../../core/timer.ts'
import type { Logger } from 'pino'
import { recordError } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointConfig, Snapshot } from '../../core/state/configuration.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { probeHealth, type HealthResult } from './probe-health.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

export interface ActiveHealth {
  /** Starts and ends checks as configured; where nothing of an endpoint's check has changed, its check goes on. */
  sync(snapshot: Snapshot): void
  /** Ends all checks and leaves every endpoint's standing as it is. */
  stop(): void
}

interface ActiveHealthOptions {
  readonly state: GatewayState
  readonly pools: UpstreamPools
  readonly clock: Clock
  readonly logger: Logger
  /** An endpoint was set aside or is back. */
  readonly onChange: () => void
  readonly setTimer: SetTimer
  /** From 0 to below 1. */
  readonly random: () => number
}

interface Check {
  readonly config: EndpointConfig
  /** Calls off what is under way and what is to come. */
  stop(): void
}

const FAILURES_TO_SET_ASIDE = 2
// First checks are spread over so long, that a thousand endpoints are not asked together.
const SPREAD_MS = 10_000

const isChecked = ({ enabled, healthCheckPath }: EndpointConfig): boolean =>
  enabled && healthCheckPath !== null

const isSameCheck = (a: EndpointConfig, b: EndpointConfig): boolean =>
  a.baseUrl === b.baseUrl &&
  a.apiKey === b.apiKey &&
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
    // As after a cooldown, it will come back as a newcomer to the sharing, with nothing to catch up.
    endpoint.epoch += 1
    logger.warn({ endpoint: endpoint.config.name, error }, 'endpoint fails its health checks')
    onChange()
  }

  const markHealthy = (id: number, why: string): void => {
    const endpoint = state.endpoint(id)
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
    const judge = (result: HealthResult): void => {
      if (result === 'unknown') return
      if (result === 'well') {
        failures = 0
        markHealthy(id, 'endpoint is well again')
        return
      }
      failures += 1
      recordError(state.endpoint(id), clock, `health check: ${result.error}`)
      if (failures >= FAILURES_TO_SET_ASIDE) markUnhealthy(id, result.error)
    }
    const run = (): void => {
      const startMs = clock()
      // As it is now: what the check does not depend on may have changed, and the pools know only the present.
      cancelProbe = probeHealth(pools, state.endpoint(id).config, setTimer, (result) => {
        // Before the verdict, which others hear of and may answer with an end of this check.
        cancelTimer = setTimer(run, Math.max(0, startMs + intervalMs - clock()))
        judge(result)
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
      const wanted = new Map(endpoints.filter(isChecked).map((config) => [config.id, config]))
      for (const [id, check] of checks) {
        const config = wanted.get(id)
        if (config && isSameCheck(config, check.config)) continue
        check.stop()
        checks.delete(id)
        if (config === undefined) markHealthy(id, 'endpoint is no longer checked')
      }
      for (const [id, config] of wanted) if (!checks.has(id)) checks.set(id, start(config))
    },
    stop() {
      for (const check of checks.values()) check.stop()
      checks.clear()
    },
  }
}
