// Endpoints in the store.
import { isBaseUrl } from '../../../contract/objects/endpoint-field-schemas.ts'
import { endpointFields } from '../../../contract/objects/endpoint-fields.ts'
import type { EndpointConfig } from '../../../core/state/configuration.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { TransactionContext } from './object-table.ts'
import { createPlacedTable, type PlacedMapping } from './placed-table.ts'
import type { EndpointValues, PlacedStore } from '../../store.ts'

const fields = createFieldMapping(endpointFields)

/** A file that was written by something else may hold an address to which nothing can be sent. */
const disableUnusable = (endpoint: EndpointConfig): EndpointConfig =>
  isBaseUrl(endpoint.baseUrl) ? endpoint : { ...endpoint, enabled: false }

export const endpointMapping: PlacedMapping<'endpoints', EndpointValues, EndpointConfig> = {
  table: 'endpoints',
  conflict: 'another endpoint has this name',
  toColumns: (values) => ({
    ...fields.toColumns(values),
    base_url: values.baseUrl?.replace(/(?<!\/)\/+$/, ''),
  }),
  toConfig: (row) => disableUnusable(fields.toConfig(row)),
  updateMemo(memo, change) {
    if (memo.endpoints) memo.endpoints = change(memo.endpoints)
  },
  edits: ({ endpoints }) => endpoints,
}

export function createEndpointTable(
  context: TransactionContext,
): PlacedStore<EndpointValues, EndpointConfig> {
  const { db, memo, nowIso } = context
  const objects = createPlacedTable(context, endpointMapping)
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
