// Watches that no healthy endpoint is set aside for longer than a cooldown. What one client brings upon itself does not count.
import type { Condition } from './chaos-conditions.ts'
import { COOLDOWN_S, ENDPOINT_TIMEOUT_S, type ChaosBackend, type Fleet } from './chaos-fleet.ts'

export interface Watch {
  /** Called when a backend has come into a condition. */
  changed(backend: ChaosBackend, condition: Condition): void
  /** Whether it serves every valid request and, when last looked at, was in use. */
  serves(backend: ChaosBackend): boolean
  /** Compares the present state. */
  check(): Promise<void>
}

interface Health {
  /** undefined while it is faulty. */
  sinceMs: number | undefined
  /** When an opening of its breaker was first seen that no fault explains. */
  openSinceMs: number | undefined
}

// A request that a fault holds fails at the latest after the endpoint's timeout; and a loaded machine is slow.
const GRACE_MS = ENDPOINT_TIMEOUT_S * 1000 + 2_000
const SLACK_MS = 2_000

export function createWatch({ state, backends }: Fleet, report: (finding: string) => void): Watch {
  const healths = new Map<number, Health>(
    backends.map(({ id }) => [id, { sinceMs: performance.now(), openSinceMs: undefined }]),
  )
  /** When the cooldown ends that a fault has begun, by endpoint. */
  const excusedUntilMs = new Map<number, number>()
  const inUse = new Set(backends.map(({ id }) => id))

  return {
    serves: ({ id }) => healths.get(id)?.sinceMs !== undefined && inUse.has(id),
    changed({ id }, { isHealthy }) {
      const health = healths.get(id)
      if (!health) return
      if (!isHealthy) health.sinceMs = health.openSinceMs = undefined
      else health.sinceMs ??= performance.now()
    },
    async check() {
      const { endpoints } = await state()
      const nowMs = performance.now()
      for (const endpoint of endpoints) {
        const { id, name, enabled, breaker_state, cooldown_scope } = endpoint
        const health = healths.get(id)
        if (!health) continue
        if (enabled && breaker_state === 'closed') inUse.add(id)
        else inUse.delete(id)
        // The last failure, rather than this moment: much may have happened since the last comparison.
        const failedMs = nowMs - (endpoint.last_error_age_s ?? 0) * 1000
        const isExcused = health.sinceMs === undefined || failedMs - health.sinceMs < GRACE_MS
        if (isExcused) excusedUntilMs.set(id, nowMs + endpoint.cooldown_remaining_s * 1000 + SLACK_MS)
        const isOfOneClient = (cooldown_scope?.client ?? null) !== null
        if (breaker_state !== 'open' || isOfOneClient || nowMs < (excusedUntilMs.get(id) ?? 0)) {
          health.openSinceMs = undefined
          continue
        }
        health.openSinceMs ??= nowMs
        const openMs = nowMs - health.openSinceMs
        if (openMs > COOLDOWN_S * 1000 + SLACK_MS)
          report(`${name} is healthy and set aside for ${Math.round(openMs)} ms: ${endpoint.last_error}`)
      }
    },
  }
}
