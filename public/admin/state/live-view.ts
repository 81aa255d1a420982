/** The live figures as the server sends them. */
import type { StatsView } from '../../../src/contract/gateway.ts'

interface Rates {
  readonly inflight: number
  readonly tokens_per_second: number
  readonly requests_per_second: number
}

export interface LiveView {
  readonly at: string
  readonly stats: StatsView & { readonly errors_per_second: number; readonly first_token_ms: number | null }
  readonly endpoints: readonly (Rates & {
    readonly id: number
    readonly errors_per_second: number
    readonly success_percent: number | null
    readonly avg_latency_ms: number
    readonly first_token_ms: number | null
    readonly share_percent: number | null
    readonly cooldown_remaining_s: number
    readonly breaker_state: 'closed' | 'open' | 'half_open'
    readonly healthy: boolean
    readonly consecutive_failures: number
    readonly last_error: string | null
    readonly last_error_age_s: number | null
    readonly total_requests: number
    readonly total_success: number
    readonly total_failures: number
    readonly prompt_tokens_total: number
    readonly completion_tokens_total: number
  })[]
  readonly incoming_blocks: readonly (Rates & {
    readonly id: number
    readonly queued: number
    readonly errors_per_second: number
  })[]
  readonly client_tokens: readonly (Rates & {
    readonly id: number
    readonly total_requests: number
    readonly prompt_tokens_total: number
    readonly completion_tokens_total: number
  })[]
  readonly wires: readonly (Rates & {
    readonly incoming_block_id: number
    readonly endpoint_id: number
    readonly errors_per_second: number
  })[]
}
