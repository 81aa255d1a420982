// Routes that add and remove wires.
import { okView, wireView, type OkView, type WireView } from '../../contract/gateway.ts'
import type { Configuration, Snapshot } from '../../core/state/configuration.ts'
import type { AdminContext } from '../http/admin-context.ts'
import type { Change } from '../changes/apply-change.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { requireObject } from '../changes/require-object.ts'

interface WireIds {
  readonly block: number
  readonly endpoint: number
}

const wireOf = ({ block, endpoint }: WireIds): WireView => ({
  incoming_block_id: block,
  endpoint_id: endpoint,
})

function requireEnds(current: Snapshot, { block, endpoint }: WireIds): void {
  requireObject(current.blockById, block, 'incoming block')
  requireObject(current.endpointById, endpoint, 'endpoint')
}

const describeWire =
  (ids: WireIds) =>
  ({ wires }: Configuration): AuditFields | null =>
    wires.some((wire) => wire.blockId === ids.block && wire.endpointId === ids.endpoint) ? wireOf(ids) : null

function addWire(ids: WireIds): Change<string, WireView> {
  return {
    objectType: 'wire',
    verb: 'add',
    describe: describeWire(ids),
    async work(tx, current) {
      requireEnds(current, ids)
      await tx.wires.add(ids.block, ids.endpoint)
      return `${ids.block}/${ids.endpoint}`
    },
    response: () => wireOf(ids),
  }
}

function removeWire(ids: WireIds): Change<string, OkView> {
  return {
    objectType: 'wire',
    verb: 'remove',
    describe: describeWire(ids),
    async work(tx, current) {
      requireEnds(current, ids)
      await tx.wires.remove(ids.block, ids.endpoint)
      return `${ids.block}/${ids.endpoint}`
    },
    response: () => ({ ok: true }),
  }
}

export function createWireRoutes({ applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/wires/{block}/{endpoint}',
      summary: 'Wire an incoming block to an endpoint',
      response: wireView,
      handle: ({ ids, author }) => applyChange(author, addWire(ids)),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/wires/{block}/{endpoint}',
      summary: 'Remove a wire, whether or not there is one between the two',
      response: okView,
      handle: ({ ids, author }) => applyChange(author, removeWire(ids)),
    }),
  ]
}
