// Routes of incoming blocks: list, create, change, delete, restore.
import { okView } from '../../contract/gateway.ts'
import {
  incomingBlockCreate,
  incomingBlockList,
  incomingBlockPatch,
  incomingBlockView,
} from '../../contract/incoming-block.ts'
import { initialValues } from '../../contract/objects/field-table.ts'
import { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import type { BlockConfig, Snapshot } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { blockView, describeBlock } from './block-view.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { deleteObject, restoreObject } from '../changes/soft-deletion.ts'
import { mergeValues } from '../changes/field-values.ts'
import { blockEtag } from '../changes/etag.ts'
import { checkAddedShares } from '../tokens/guaranteed-shares.ts'
import { requireObject } from '../changes/require-object.ts'
import { checkVersionOf, type ObjectDefinition } from '../changes/object-definition.ts'

const view = (snapshot: Snapshot, id: number) =>
  blockView(requireObject(snapshot.blockById, id, 'incoming block'))

const BLOCK_DEFINITION = {
  objectType: 'incoming_block',
  kind: 'incoming block',
  objects: (tx) => tx.blocks,
  byId: ({ blockById }) => blockById,
  describe: describeBlock,
  etagOf: blockEtag,
  view,
} satisfies ObjectDefinition<BlockConfig>

/** Throws LB_ERR_CONFLICT for the last block, and if the block that takes over its tokens cannot guarantee their shares. */
function checkDeletion(current: Snapshot, id: number): void {
  if (!current.blockById.has(id)) return
  const fallbackBlock = current.blocks.find((block) => block.id !== id)
  if (fallbackBlock === undefined)
    throw gatewayError('LB_ERR_CONFLICT', 'The last incoming block cannot be deleted.')
  const moving = current.tokens.filter((token) => token.blockId === id)
  checkAddedShares(moving, fallbackBlock.id, current)
}

export function createBlockRoutes({ state, applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/incoming-blocks',
      summary: 'List the incoming blocks',
      response: incomingBlockList,
      handle: () => state.snapshot().blocks.map(blockView),
    }),
    defineRoute({
      method: 'POST',
      path: '/incoming-blocks',
      summary: "Create an incoming block, with a copy of the first block's wires",
      body: incomingBlockCreate,
      response: incomingBlockView,
      handle: ({ body, author }) =>
        applyChange(author, {
          ...BLOCK_DEFINITION,
          verb: 'create',
          async work(tx, current) {
            const { id } = await tx.blocks.insert(
              mergeValues(incomingBlockFields, body, initialValues(incomingBlockFields)),
            )
            await tx.wires.copy(current.defaultBlockId, id)
            return id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'GET',
      path: '/incoming-blocks/{id}',
      summary: 'One incoming block',
      response: incomingBlockView,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/incoming-blocks/{id}',
      summary: 'Change an incoming block',
      body: incomingBlockPatch,
      response: incomingBlockView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...BLOCK_DEFINITION,
          verb: 'update',
          ...checkVersionOf(BLOCK_DEFINITION, id),
          async work(tx, current) {
            const base = requireObject(current.blockById, id, 'incoming block')
            await tx.blocks.update(id, mergeValues(incomingBlockFields, body, base))
            return id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/incoming-blocks/{id}',
      summary: 'Delete an incoming block; its tokens move to the first that remains',
      response: okView,
      refuses: [409],
      handle: ({ ids: { id }, author }) =>
        applyChange(author, deleteObject(BLOCK_DEFINITION, id, checkDeletion)),
    }),
    defineRoute({
      method: 'POST',
      path: '/incoming-blocks/{id}/restore',
      summary: 'Restore a deleted incoming block with its wires',
      response: incomingBlockView,
      handle: ({ ids: { id }, author }) =>
        applyChange(author, restoreObject(BLOCK_DEFINITION, id, author.ifMatch)),
    }),
  ]
}
