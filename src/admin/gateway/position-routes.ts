// Routes of positions on the canvas: of many nodes at once, and of the single incoming node of the Python original.
import {
  okView,
  pos,
  posPatch,
  positionsPatch,
  type OkView,
  type Pos,
  type PositionsPatch,
} from '../../contract/gateway.ts'
import type { Configuration } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { ObjectPosition } from '../../store/store.ts'
import type { AdminContext } from '../http/admin-context.ts'
import type { Change } from '../changes/apply-change.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { requireObject, type ObjectKind } from '../changes/require-object.ts'

interface Positioned {
  readonly posX: number
  readonly posY: number
}

export const posView = ({ posX, posY }: Positioned): Pos => ({ pos_x: posX, pos_y: posY })

type NodePositions = NonNullable<PositionsPatch['endpoints']>

const positionEntries = (
  kind: string,
  moved: NodePositions | undefined,
  nodes: readonly (Positioned & { readonly id: number })[],
): [string, Pos][] => {
  const ids = new Set(moved?.map(({ id }) => id))
  return nodes.filter(({ id }) => ids.has(id)).map((node) => [`${kind}/${node.id}`, posView(node)])
}

export const describePositions =
  (body: PositionsPatch) =>
  ({ endpoints, blocks, tokens, notes }: Configuration): AuditFields =>
    Object.fromEntries([
      ...positionEntries('endpoints', body.endpoints, endpoints),
      ...positionEntries('incoming_blocks', body.incoming_blocks, blocks),
      ...positionEntries('client_tokens', body.client_tokens, tokens),
      ...positionEntries('canvas_notes', body.canvas_notes, notes),
    ])

async function move<Config>(
  objects: { move(positions: readonly ObjectPosition[]): Promise<boolean> },
  byId: ReadonlyMap<number, Config>,
  kind: ObjectKind,
  moved: NodePositions = [],
): Promise<void> {
  for (const { id } of moved) requireObject(byId, id, kind)
  if (moved.length > 0)
    await objects.move(moved.map(({ id, pos_x, pos_y }) => ({ id, posX: pos_x, posY: pos_y })))
}

function moveNodes(body: PositionsPatch): Change<null, OkView> {
  if (Object.values(body).every((nodes) => nodes?.length === 0)) {
    throw gatewayError('LB_ERR_NOTHING_TO_UPDATE', 'The body names no node to move.')
  }
  return {
    objectType: 'positions',
    verb: 'update',
    describe: describePositions(body),
    async work(tx, current) {
      await move(tx.endpoints, current.endpointById, 'endpoint', body.endpoints)
      await move(tx.blocks, current.blockById, 'incoming block', body.incoming_blocks)
      await move(tx.tokens, current.tokenById, 'client token', body.client_tokens)
      await move(tx.notes, current.noteById, 'note or frame', body.canvas_notes)
      return null
    },
    response: () => ({ ok: true }),
  }
}

export function createPositionRoutes({ applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'PATCH',
      path: '/positions',
      summary: 'Move many nodes at once, all or none',
      body: positionsPatch,
      response: okView,
      refuses: [404],
      handle: ({ body, author }) => applyChange(author, moveNodes(body)),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/incoming-pos',
      summary: 'Move the incoming node',
      body: posPatch,
      response: pos,
      handle: ({ body, author }) =>
        applyChange(author, {
          objectType: 'incoming_pos',
          verb: 'update',
          describe: ({ settings }) => posView(settings.incomingPos),
          async work(tx, { settings: { incomingPos } }) {
            const { pos_x = incomingPos.posX, pos_y = incomingPos.posY } = body
            await tx.saveSettings({ incomingPos: { posX: pos_x, posY: pos_y } })
            return null
          },
          response: ({ settings }) => posView(settings.incomingPos),
        }),
    }),
  ]
}
