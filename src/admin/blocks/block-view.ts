// Shows an incoming block to the admin and to the audit.
import type { IncomingBlockView } from '../../contract/incoming-block.ts'
import { findById, type BlockConfig, type Configuration } from '../../core/state/configuration.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { blockEtag } from '../changes/etag.ts'

export const blockView = (block: BlockConfig): IncomingBlockView => ({
  id: block.id,
  etag: blockEtag(block),
  name: block.name,
  pos_x: block.posX,
  pos_y: block.posY,
  created_at: block.createdAt,
  updated_at: block.updatedAt,
})

/** With its wires and tokens, which its deletion takes away from it. */
export function describeBlock(configuration: Configuration, id: number): AuditFields | null {
  const block = findById(configuration.blocks, id)
  if (block === undefined) return null
  return {
    name: block.name,
    pos_x: block.posX,
    pos_y: block.posY,
    endpoint_ids: configuration.wires.filter((wire) => wire.blockId === id).map((wire) => wire.endpointId),
    client_token_ids: configuration.tokens.filter((token) => token.blockId === id).map((token) => token.id),
  }
}
