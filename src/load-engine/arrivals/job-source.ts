/** The interface of a source of requests: a closed loop, or an open loop with scheduled arrivals. */
import type { Job } from '../requests/make-call.ts'
import type { Scenario } from '../model/scenario.ts'

export interface JobSource {
  start(): void
  /** @returns the next request to send now; undefined when none is due. */
  nextJob(): Job | undefined
  /** Drops requests that have waited for longer than the timeout. */
  expire(): void
  /** Takes the outcome of a request; only where further arrivals depend on it. */
  record?(isGood: boolean): void
  /** Maximum number of requests in flight. */
  parallel(): number
  /** Whether no more requests will become due. */
  isExhausted(): boolean
  /** The current step of a sweep as UI text; empty for other arrivals. */
  step(): string
  /** Total number of requests; null when it is unlimited. */
  plannedRequests(): number | null
  /** Applies an edited scenario. Its arrival has the same kind, or both are plain rates. */
  update(scenario: Scenario): void
  /** Ends the source. @returns how many arrivals were waiting. */
  stop(): number
}
