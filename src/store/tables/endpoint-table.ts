// Endpoints in the store.
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { createObjectTable, type ObjectMapping, type TransactionContext } from './object-table.ts'
import type { EndpointValues, ObjectStore } from '../store.ts'

const flag = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : Number(value)

export const endpointMapping: ObjectMapping<'endpoints', EndpointValues, EndpointConfig> = {
  table: 'endpoints',
  conflict: 'another endpoint has this name',
  toColumns: (values) => ({
    name: values.name,
    base_url: values.baseUrl?.replace(/\/+$/, ''),
    api_key: values.apiKey,
    timeout_seconds: values.timeoutS,
    verify_tls: flag(values.verifyTls),
    enabled: flag(values.enabled),
    token_quota_percent: values.quotaPercent,
    priority_order: values.priorityOrder,
    max_concurrent: values.maxConcurrent,
    request_stream_usage: flag(values.requestStreamUsage),
    health_check_path: values.healthCheckPath,
    health_check_interval_seconds: values.healthCheckIntervalS,
    health_check_timeout_seconds: values.healthCheckTimeoutS,
    pos_x: values.posX,
    pos_y: values.posY,
  }),
  toConfig: (row) => ({
    id: row.id,
    name: row.name,
    baseUrl: row.base_url,
    apiKey: row.api_key,
    timeoutS: row.timeout_seconds,
    verifyTls: row.verify_tls !== 0,
    enabled: row.enabled !== 0,
    quotaPercent: row.token_quota_percent,
    priorityOrder: row.priority_order,
    maxConcurrent: row.max_concurrent,
    requestStreamUsage: row.request_stream_usage !== 0,
    healthCheckPath: row.health_check_path,
    healthCheckIntervalS: row.health_check_interval_seconds,
    healthCheckTimeoutS: row.health_check_timeout_seconds,
    posX: row.pos_x,
    posY: row.pos_y,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }),
  updateMemo(memo, change) {
    if (memo.endpoints) memo.endpoints = change(memo.endpoints)
  },
  edits: ({ endpoints }) => endpoints,
}

export function createEndpointTable(
  context: TransactionContext,
): ObjectStore<EndpointValues, EndpointConfig> {
  const { db, memo, nowIso } = context
  const objects = createObjectTable(context, endpointMapping)
  return {
    ...objects,

    async delete(id) {
      if (!(await objects.delete(id))) return false
      memo.wires = undefined
      const { numUpdatedRows } = await db
        .updateTable('client_tokens')
        .set({ preferred_endpoint_id: null, updated_at: nowIso() })
        .where('preferred_endpoint_id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) memo.tokens = undefined
      return true
    },

    async restore(id) {
      const endpoint = await objects.restore(id)
      if (endpoint) memo.wires = undefined
      return endpoint
    },
  }
}
