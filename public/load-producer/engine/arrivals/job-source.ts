/** Where a run's requests come from: a closed loop, or arrivals that nothing holds up. */
import type { Job } from '../requests/chat-call.ts'
import type { Scenario } from '../../model/scenario.ts'

export interface JobSource {
  start(): void
  /** The next request to send now, if there is one. */
  take(): Job | undefined
  /** Drops what has waited too long. */
  expire(): void
  /** How many may be in flight at once. */
  parallel(): number
  /** Whether nothing more will come. */
  isExhausted(): boolean
  /** Of a sweep, for people. */
  step(): string
  /** How many there will be in all; null where that is open. */
  plannedRequests(): number | null
  /** Goes on by an edited scenario; its kind of arrival is the same, or another plain rate. */
  update(scenario: Scenario): void
  /** Nothing comes from then on. @returns how many arrivals were waiting. */
  stop(): number
}
