// Shows an incoming block to the admin and to the audit.
import type { IncomingBlockView } from '../../contract/incoming-block.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import {
  findById,
  type BlockConfig,
  type Configuration,
  type TokenConfig,
  type Wire,
} from '../../core/state/configuration.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { createFieldView } from '../changes/field-values.ts'
import { blockEtag } from '../changes/etag.ts'
import { memoizeByObject } from '../changes/memoize-by-object.ts'

const settings = createFieldView(incomingBlockFields)

export const blockView = (block: BlockConfig): IncomingBlockView => ({
  id: block.id,
  etag: blockEtag(block),
  ...settings(block),
  created_at: block.createdAt,
  updated_at: block.updatedAt,
})

// A change may touch thousands of blocks.
const wiresByBlock = memoizeByObject((wires: readonly Wire[]) => Map.groupBy(wires, ({ blockId }) => blockId))
const tokensByBlock = memoizeByObject((tokens: readonly TokenConfig[]) =>
  Map.groupBy(tokens, ({ blockId }) => blockId),
)

/** Includes its wires and tokens, which it loses when it is deleted. */
export function describeBlock(configuration: Configuration, id: number): AuditFields | null {
  const block = findById(configuration.blocks, id)
  if (block === undefined) return null
  return {
    ...settings(block),
    endpoint_ids: (wiresByBlock(configuration.wires).get(id) ?? []).map((wire) => wire.endpointId),
    client_token_ids: (tokensByBlock(configuration.tokens).get(id) ?? []).map((token) => token.id),
  }
}
