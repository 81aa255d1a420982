/** Commands for wires, positions and the routing mode. */
import type { PositionsPatch, RoutingView } from '../../../../src/contract/gateway.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import type { Command } from './history.ts'
import { wirePath, type PlacedItem, type WireRef } from '../node-ref.ts'

export const addWire = (call: CallAdmin, wire: WireRef, label = 'add wire'): Command => ({
  label,
  run: () => call('PUT', wirePath(wire)),
  undo: () => call('DELETE', wirePath(wire)),
})

export const removeWire = (call: CallAdmin, wire: WireRef, label = 'remove wire'): Command => ({
  label,
  run: () => call('DELETE', wirePath(wire)),
  undo: () => call('PUT', wirePath(wire)),
})

function positions(nodes: readonly PlacedItem[]): PositionsPatch {
  const of = (kind: PlacedItem['kind']) =>
    nodes.filter((node) => node.kind === kind).map(({ id, x, y }) => ({ id, pos_x: x, pos_y: y }))
  return {
    endpoints: of('endpoint'),
    incoming_blocks: of('block'),
    client_tokens: of('token'),
    canvas_notes: of('note'),
  }
}

/** Moves any number of nodes with one PATCH. @param before - the same nodes at their previous positions */
export const moveNodes = (
  call: CallAdmin,
  after: readonly PlacedItem[],
  before: readonly PlacedItem[],
  label = 'move',
): Command => ({
  label,
  run: () => call('PATCH', '/positions', { body: positions(after) }),
  undo: () => call('PATCH', '/positions', { body: positions(before) }),
})

export const setRouting = (
  call: CallAdmin,
  after: Partial<RoutingView>,
  before: Partial<RoutingView>,
): Command => ({
  label: 'routing',
  run: () => call('PATCH', '/routing', { body: after }),
  undo: () => call('PATCH', '/routing', { body: before }),
})
