// The types of the database's columns. The migrations create the columns.
import type { Generated } from 'kysely'
import type { CanvasColor } from '../../contract/objects/canvas-colors.ts'
import type { canvasNoteFields } from '../../contract/objects/canvas-note-fields.ts'
import type { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import type { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import type { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import type { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import type { FieldColumns } from './field-columns.ts'

/** What all objects have in common. Timestamps are ISO 8601 in UTC. */
export interface ObjectColumns {
  id: Generated<number>
  created_at: string
  updated_at: string
  /** Null while the object is live. */
  deleted_at: string | null
}

/** Objects that have a place on the canvas. */
interface PlacedColumns extends ObjectColumns {
  pos_x: number
  pos_y: number
}

export interface BlockColumns extends PlacedColumns, FieldColumns<typeof incomingBlockFields> {}

interface NoteColumns extends PlacedColumns, FieldColumns<typeof canvasNoteFields> {}

interface AliasColumns extends ObjectColumns, FieldColumns<typeof modelAliasFields> {}

export interface EndpointColumns extends PlacedColumns, FieldColumns<typeof endpointFields> {
  total_requests: Generated<number>
  total_success: Generated<number>
  total_failures: Generated<number>
  consecutive_failures: Generated<number>
  avg_latency_ms: Generated<number>
  prompt_tokens_total: Generated<number>
  completion_tokens_total: Generated<number>
  cached_tokens_total: Generated<number>
  reasoning_tokens_total: Generated<number>
}

export interface TokenColumns
  extends PlacedColumns, Omit<FieldColumns<typeof clientTokenFields>, 'incoming_block_id'> {
  digest: string
  preview: string
  /** Null only in a deleted token whose block has been purged. */
  incoming_block_id: number | null
  total_requests: Generated<number>
  prompt_tokens_total: Generated<number>
  completion_tokens_total: Generated<number>
  cached_tokens_total: Generated<number>
  reasoning_tokens_total: Generated<number>
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
  incoming_blocks: BlockColumns
  client_tokens: TokenColumns
  model_aliases: AliasColumns
  canvas_notes: NoteColumns
  /** The chosen colours of groups, by name. */
  endpoint_groups: { name: string; color: CanvasColor }
  /** Wires of deleted objects stay for their restoration; only wires between live objects count. */
  wires: { incoming_block_id: number; endpoint_id: number }
  settings: { key: string; value: string }
  audit: AuditColumns
  /** Signed-out sessions; `until` is when their last cookie expires. */
  ended_sessions: { id: string; until: string }
  /** Which endpoint keeps an object that a backend has made for the clients of a block. */
  object_pins: {
    incoming_block_id: number
    object_id: string
    endpoint_id: number
    expires_at: string
    /** Both are null where nothing of the object's usage is left to be counted. */
    counted_prompt_tokens: number | null
    counted_completion_tokens: number | null
  }
  /** Sums of past traffic by step; `kind` and the object are 0 for the total. `at` is in seconds since the epoch. */
  history: {
    step_s: number
    at: number
    kind: number
    object_id: number
    requests: number
    failures: number
    tokens: number
    first_tokens: number
    first_token_ms: number
    inflight: number
    waiting: number
    first_token_times: Uint8Array | null
    duration_times: Uint8Array | null
  }
  schema_version: { version: number; applied_at: string }
}

export type PlacedTableName = 'endpoints' | 'incoming_blocks' | 'client_tokens' | 'canvas_notes'
export type ObjectTableName = PlacedTableName | 'model_aliases'
