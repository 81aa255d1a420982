// Routes of incoming blocks: list, create, change, delete, restore.
import { okView } from '../contract/gateway.ts'
import {
  incomingBlockCreate,
  incomingBlockList,
  incomingBlockPatch,
  incomingBlockView,
  type IncomingBlockPatch,
} from '../contract/incoming-block.ts'
import type { BlockConfig, Snapshot } from '../core/configuration.ts'
import { gatewayError } from '../core/gateway-error.ts'
import type { BlockValues } from '../store/store.ts'
import type { AdminContext } from './admin-context.ts'
import { blockView, describeBlock } from './block-view.ts'
import { defineRoute, type AdminRoute } from './define-route.ts'
import { deleteObject, restoreObject } from './deletion.ts'
import { blockEtag } from './etag.ts'
import { checkArrival } from './guaranteed-shares.ts'
import { requireObject } from './require-object.ts'
import { checkVersionOf, type Subject } from './subject.ts'

const view = (snapshot: Snapshot, id: number) =>
  blockView(requireObject(snapshot.blockById, id, 'incoming block'))

const BLOCK = {
  objectType: 'incoming_block',
  kind: 'incoming block',
  objects: (tx) => tx.blocks,
  byId: ({ blockById }) => blockById,
  describe: describeBlock,
  etagOf: blockEtag,
  view,
} satisfies Subject<BlockConfig>
export const NEW_BLOCK: BlockValues = { name: '', posX: 256, posY: 300 }

const blockValues = (body: IncomingBlockPatch, base: BlockValues): BlockValues => ({
  name: body.name ?? base.name,
  posX: body.pos_x ?? base.posX,
  posY: body.pos_y ?? base.posY,
})

/** Its tokens need a block to go to, and that block must keep what is promised to them. */
function checkDeletion(current: Snapshot, id: number): void {
  if (!current.blockById.has(id)) return
  const heir = current.blocks.find((block) => block.id !== id)
  if (heir === undefined) throw gatewayError('LB_ERR_CONFLICT', 'The last incoming block cannot be deleted.')
  const moving = current.tokens.filter((token) => token.blockId === id)
  checkArrival(moving, heir.id, current)
}

export function createBlockRoutes({ state, applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/incoming-blocks',
      summary: 'List the incoming blocks',
      answer: incomingBlockList,
      handle: () => state.snapshot().blocks.map(blockView),
    }),
    defineRoute({
      method: 'POST',
      path: '/incoming-blocks',
      summary: "Create an incoming block, with a copy of the first block's wires",
      body: incomingBlockCreate,
      answer: incomingBlockView,
      handle: ({ body, author }) =>
        applyChange(author, {
          ...BLOCK,
          verb: 'create',
          async work(tx, current) {
            const { id } = await tx.blocks.insert(blockValues(body, NEW_BLOCK))
            await tx.wires.copy(current.defaultBlockId, id)
            return id
          },
          answer: view,
        }),
    }),
    defineRoute({
      method: 'GET',
      path: '/incoming-blocks/{id}',
      summary: 'One incoming block',
      answer: incomingBlockView,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/incoming-blocks/{id}',
      summary: 'Change an incoming block',
      body: incomingBlockPatch,
      answer: incomingBlockView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...BLOCK,
          verb: 'update',
          ...checkVersionOf(BLOCK, id),
          async work(tx, current) {
            const base = requireObject(current.blockById, id, 'incoming block')
            await tx.blocks.update(id, blockValues(body, base))
            return id
          },
          answer: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/incoming-blocks/{id}',
      summary: 'Delete an incoming block; its tokens move to the first that remains',
      answer: okView,
      refuses: [409],
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(BLOCK, id, checkDeletion)),
    }),
    defineRoute({
      method: 'POST',
      path: '/incoming-blocks/{id}/restore',
      summary: 'Restore a deleted incoming block with its wires',
      answer: incomingBlockView,
      handle: ({ ids: { id }, author }) => applyChange(author, restoreObject(BLOCK, id, author.ifMatch)),
    }),
  ]
}
