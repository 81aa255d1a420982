// Converts rows of the Python original (v3): hashes tokens, derives wires from `connected`, makes values valid.
import type { Insertable } from 'kysely'
import { endpointCreate } from '../../contract/endpoint.ts'
import type { Pos } from '../../contract/gateway.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import { digestSecret } from '../../config/secret-digest.ts'
import { previewSecret } from '../../core/secret-preview.ts'
import { initialColumns } from '../tables/field-columns.ts'
import type { BlockColumns, EndpointColumns, StoreTables, TokenColumns } from '../tables/schema.ts'
import { displayNameFrom, uniqueEndpointNames } from './original-names.ts'
import type { OriginalRow, OriginalRows } from './read-original.ts'

const MAX_POSITION = 1_000_000

function numberIn(value: unknown, min: number, max: number, fallback: number): number {
  const number = typeof value === 'number' ? value : Number.NaN
  return Number.isFinite(number) ? Math.min(max, Math.max(min, number)) : fallback
}

const wholeIn = (value: unknown, min: number, max: number, fallback: number): number =>
  Math.round(numberIn(value, min, max, fallback))

const count = (value: unknown): number => wholeIn(value, 0, Number.MAX_SAFE_INTEGER, 0)

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const position = (row: OriginalRow, fallback: Pos): Pos => ({
  pos_x: numberIn(row.pos_x, -MAX_POSITION, MAX_POSITION, fallback.pos_x),
  pos_y: numberIn(row.pos_y, -MAX_POSITION, MAX_POSITION, fallback.pos_y),
})

function timestamp(value: unknown, fallback: string): string {
  const date = new Date(text(value))
  return Number.isNaN(date.getTime()) ? fallback : date.toISOString()
}

function dates(row: OriginalRow, nowIso: string) {
  const createdAt = timestamp(row.created_at, nowIso)
  return { created_at: createdAt, updated_at: timestamp(row.updated_at, createdAt), deleted_at: null }
}

function endpointRow(row: OriginalRow, name: string, nowIso: string): Insertable<EndpointColumns> {
  const baseUrl = text(row.base_url)
    .trim()
    .replace(/(?<!\/)\/+$/, '')
  const apiKey = text(row.api_key).trim()
  // An endpoint that today's validation refuses cannot be forwarded to, so it is disabled.
  const usable = endpointCreate.safeParse({ name, base_url: baseUrl, api_key: apiKey }).success
  const initial = initialColumns(endpointFields)
  return {
    ...initial,
    id: Number(row.id),
    name,
    base_url: baseUrl,
    api_key: apiKey,
    timeout_seconds: numberIn(row.timeout_seconds, 1, 3600, initial.timeout_seconds),
    verify_tls: Number(row.verify_tls !== 0),
    enabled: Number(row.enabled !== 0 && usable),
    token_quota_percent: numberIn(row.token_quota_percent, 0, 100, initial.token_quota_percent),
    priority_order: wholeIn(row.priority_order, 0, 1000, initial.priority_order),
    max_concurrent: wholeIn(row.max_concurrent, 0, 100_000, initial.max_concurrent),
    ...position(row, initial),
    total_requests: count(row.total_requests),
    total_success: count(row.total_success),
    total_failures: count(row.total_failures),
    consecutive_failures: count(row.consecutive_failures),
    avg_latency_ms: numberIn(row.avg_latency_ms, 0, Number.MAX_SAFE_INTEGER, 0),
    prompt_tokens_total: count(row.prompt_tokens_total),
    completion_tokens_total: count(row.completion_tokens_total),
    ...dates(row, nowIso),
  }
}

function tokenRow(row: OriginalRow, references: References, nowIso: string): Insertable<TokenColumns> {
  const token = text(row.token)
  const blockId = Number(row.incoming_block_id)
  const preferredId = Number(row.preferred_endpoint_id)
  const initial = initialColumns(clientTokenFields)
  return {
    ...initial,
    id: Number(row.id),
    name: displayNameFrom(text(row.name), `token ${Number(row.id)}`),
    digest: digestSecret(token),
    preview: previewSecret(token),
    incoming_block_id: references.blockIds.has(blockId) ? blockId : references.firstBlockId,
    preferred_endpoint_id: references.endpointIds.has(preferredId) ? preferredId : null,
    request_priority: wholeIn(row.request_priority, 0, 100_000, initial.request_priority),
    min_traffic_percent: numberIn(row.min_traffic_percent, 0, 100, initial.min_traffic_percent),
    ...position(row, initial),
    total_requests: count(row.total_requests),
    prompt_tokens_total: count(row.prompt_tokens_total),
    completion_tokens_total: count(row.completion_tokens_total),
    ...dates(row, nowIso),
  }
}

interface References {
  readonly blockIds: ReadonlySet<number>
  readonly firstBlockId: number
  readonly endpointIds: ReadonlySet<number>
}

function blockRows(
  original: OriginalRows,
  incomingPos: OriginalRow,
  nowIso: string,
): Insertable<BlockColumns>[] {
  // Releases without blocks had a single node for incoming traffic.
  const rows = original.blocks.length > 0 ? original.blocks : [{ id: 1, name: 'Incoming 1', ...incomingPos }]
  const initial = initialColumns(incomingBlockFields)
  return rows.map((row) => ({
    ...initial,
    id: Number(row.id),
    name: displayNameFrom(text(row.name), `Incoming ${Number(row.id)}`),
    ...position(row, initial),
    ...dates(row, nowIso),
  }))
}

function settingRows(original: OriginalRows, incomingPos: OriginalRow): StoreTables['settings'][] {
  const priorityTokenId = Number(original.settings.get('priority_input_token_id'))
  const hasPriorityToken = original.tokens.some((row) => Number(row.id) === priorityTokenId)
  const tokensEverCreated = original.tokens.length > 0 || (original.lastIds.get('client_tokens') ?? 0) > 0
  const { pos_x, pos_y } = position(incomingPos, initialColumns(incomingBlockFields))
  return [
    { key: 'routing_mode', value: original.settings.get('routing_mode') ?? 'percentage' },
    { key: 'incoming_pos_x', value: String(pos_x) },
    { key: 'incoming_pos_y', value: String(pos_y) },
    { key: 'tokens_ever_created', value: String(tokensEverCreated) },
    ...(hasPriorityToken ? [{ key: 'priority_input_token_id', value: String(priorityTokenId) }] : []),
  ]
}

/** @param nowIso - replaces unreadable timestamps. */
export function translateOriginal(original: OriginalRows, nowIso: string) {
  const coordinate = (key: string): number => Number.parseFloat(original.settings.get(key) ?? '')
  const incomingPos = { pos_x: coordinate('incoming_pos_x'), pos_y: coordinate('incoming_pos_y') }
  const names = uniqueEndpointNames(
    original.endpoints.map((row) => ({ id: Number(row.id), name: text(row.name) })),
  )
  const blocks = blockRows(original, incomingPos, nowIso)
  const blockIds = new Set(blocks.map((row) => Number(row.id)))
  const endpointIds = new Set(original.endpoints.map((row) => Number(row.id)))
  const references = { blockIds, firstBlockId: Math.min(...blockIds), endpointIds }
  const connectedIds = original.endpoints.filter((row) => row.connected === 1).map((row) => Number(row.id))
  return {
    endpoints: original.endpoints.map((row) => endpointRow(row, names.get(Number(row.id)) ?? '', nowIso)),
    blocks,
    tokens: original.tokens.map((row) => tokenRow(row, references, nowIso)),
    wires: [...blockIds].flatMap((blockId) =>
      connectedIds.map((endpointId) => ({ incoming_block_id: blockId, endpoint_id: endpointId })),
    ),
    settings: settingRows(original, incomingPos),
  }
}
