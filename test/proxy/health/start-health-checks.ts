// Starts active health checks of real servers, with a clock and timers that a test advances.
import { onTestFinished } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { createActiveHealth } from '../../../src/proxy/health/active-health.ts'
import { createUpstreamPools } from '../../../src/proxy/upstream/upstream-pools.ts'
import type { LogDestination } from '../../../src/observability/log-destination.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { createManualTimer } from '../../simulation/manual-timer.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const INTERVAL_S = 10
export const INTERVAL_MS = INTERVAL_S * 1000
export const TIMEOUT_MS = 3_000

/** An endpoint whose health is checked. */
export const checked = (id: number, baseUrl: string, values: Partial<EndpointConfig> = {}): EndpointConfig =>
  endpointConfig(id, {
    baseUrl,
    healthCheckPath: '/health',
    healthCheckIntervalS: INTERVAL_S,
    healthCheckTimeoutS: TIMEOUT_MS / 1000,
    ...values,
  })

/** @param draws - the random numbers in [0, 1) that delay the first checks, in order; 0 after the last. */
export function startHealthChecks(endpoints: readonly EndpointConfig[], draws: readonly number[] = []) {
  const timer = createManualTimer()
  const state = gatewayState(configuration(endpoints), timer.nowMs)
  const pools = createUpstreamPools('test')
  onTestFinished(() => pools.destroy())
  const lines: string[] = []
  const destination: LogDestination = {
    write: (line) => void lines.push(line),
    flush: () => Promise.resolve(),
    flushSync: () => undefined,
    close: () => Promise.resolve(),
  }
  const logger = createLogger({ level: 'info', destination })
  const left = [...draws]
  let changes = 0
  let onScheduled = (): void => undefined
  const health = createActiveHealth({
    state,
    pools,
    clock: timer.nowMs,
    logger,
    onChange: () => void (changes += 1),
    random: () => left.shift() ?? 0,
    setTimer(callback, ms) {
      // Apart from timeouts, a timer is set for the next check when one has ended.
      if (ms !== TIMEOUT_MS) onScheduled()
      return timer.after(ms, callback)
    },
  })
  onTestFinished(() => health.stop())
  health.sync(state.snapshot())
  const ended = (): Promise<void> => new Promise((resolve) => (onScheduled = resolve))

  return {
    health,
    pools,
    state,
    timer,
    changes: () => changes,
    log: () => lines.join(''),
    /** Resolves when the result of the running check has been applied. */
    ended,
    /** Advances by one endpoint's interval and waits for the result of its check. */
    async check(afterMs = INTERVAL_MS): Promise<void> {
      const verdict = ended()
      timer.advance(afterMs)
      await verdict
    },
    configure(next: readonly EndpointConfig[]): void {
      state.replace(configuration(next))
      health.sync(state.snapshot())
    },
  }
}
