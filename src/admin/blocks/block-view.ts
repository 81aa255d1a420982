// Shows an incoming block to the admin and to the audit.
import type { IncomingBlockView } from '../../contract/incoming-block.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import { findById, type BlockConfig, type Configuration } from '../../core/state/configuration.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { createFieldView } from '../changes/field-values.ts'
import { blockEtag } from '../changes/etag.ts'

const settings = createFieldView(incomingBlockFields)

export const blockView = (block: BlockConfig): IncomingBlockView => ({
  id: block.id,
  etag: blockEtag(block),
  ...settings(block),
  created_at: block.createdAt,
  updated_at: block.updatedAt,
})

/** Includes its wires and tokens, which it loses when it is deleted. */
export function describeBlock(configuration: Configuration, id: number): AuditFields | null {
  const block = findById(configuration.blocks, id)
  if (block === undefined) return null
  return {
    ...settings(block),
    endpoint_ids: configuration.wires.filter((wire) => wire.blockId === id).map((wire) => wire.endpointId),
    client_token_ids: configuration.tokens.filter((token) => token.blockId === id).map((token) => token.id),
  }
}
