// The columns of the database as Kysely sees them; the migrations make them.
import type { Generated } from 'kysely'

/** What endpoints, incoming blocks and client tokens have in common. Timestamps are ISO 8601 in UTC. */
export interface ObjectColumns {
  id: Generated<number>
  name: string
  pos_x: number
  pos_y: number
  created_at: string
  updated_at: string
  /** Null while the object lives. */
  deleted_at: string | null
}

export interface EndpointColumns extends ObjectColumns {
  base_url: string
  api_key: string
  timeout_seconds: number
  verify_tls: number
  enabled: number
  token_quota_percent: number
  priority_order: number
  max_concurrent: number
  request_stream_usage: number
  health_check_path: string | null
  health_check_interval_seconds: Generated<number>
  health_check_timeout_seconds: Generated<number>
  total_requests: Generated<number>
  total_success: Generated<number>
  total_failures: Generated<number>
  consecutive_failures: Generated<number>
  avg_latency_ms: Generated<number>
  prompt_tokens_total: Generated<number>
  completion_tokens_total: Generated<number>
}

export interface TokenColumns extends ObjectColumns {
  digest: string
  preview: string
  /** Null only in a deleted token whose block has been purged. */
  incoming_block_id: number | null
  preferred_endpoint_id: number | null
  request_priority: number
  min_traffic_percent: number
  guaranteed_share_percent: Generated<number>
  total_requests: Generated<number>
  prompt_tokens_total: Generated<number>
  completion_tokens_total: Generated<number>
}

interface AuditColumns {
  id: Generated<number>
  at: string
  request_id: string
  actor: string
  action: string
  object_type: string
  object_id: string | null
  /** JSON. */
  before: string | null
  after: string | null
}

export interface StoreTables {
  endpoints: EndpointColumns
  incoming_blocks: ObjectColumns
  client_tokens: TokenColumns
  /** Wires of deleted objects stay for their restoration; only those between live ones count. */
  wires: { incoming_block_id: number; endpoint_id: number }
  settings: { key: string; value: string }
  audit: AuditColumns
  /** Signed out before their time, which is over at `until`. */
  ended_sessions: { id: string; until: string }
  schema_version: { version: number; applied_at: string }
}

export type ObjectTableName = 'endpoints' | 'incoming_blocks' | 'client_tokens'
