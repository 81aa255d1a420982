/** What is looked at, as the address has it: `#/usage`, `#/endpoint/3`, `#/wire/1-3`. So a link can be sent and Back leads back. */
import type { NodeKind, NodeRef, WireRef } from '../node-ref.ts'

const views = ['canvas', 'usage', 'audit', 'settings'] as const
export type View = (typeof views)[number]

export interface PageLocation {
  readonly view: View
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

const CARD = /^#\/(endpoint|block|token)\/(\d{1,15})$/
const WIRE = /^#\/wire\/(\d{1,15})-(\d{1,15})$/

/** @param hash - as of `location`. What means nothing is the canvas. */
export function parseHash(hash: string): PageLocation {
  const [, kind, id] = CARD.exec(hash) ?? []
  if (kind !== undefined)
    return { view: 'canvas', nodes: [{ kind: kind as NodeKind, id: Number(id) }], wires: [] }
  const [, blockId, endpointId] = WIRE.exec(hash) ?? []
  if (blockId !== undefined) {
    const wire = { blockId: Number(blockId), endpointId: Number(endpointId) }
    return { view: 'canvas', nodes: [], wires: [wire] }
  }
  return { view: views.find((view) => hash === `#/${view}`) ?? 'canvas', nodes: [], wires: [] }
}

/** Several cards have no address of their own. */
export function formatHash({ view, nodes, wires }: PageLocation): string {
  const [node] = nodes
  const [wire] = wires
  if (view !== 'canvas') return `#/${view}`
  if (node !== undefined && nodes.length === 1) return `#/${node.kind}/${node.id}`
  if (wire !== undefined && wires.length === 1 && nodes.length === 0)
    return `#/wire/${wire.blockId}-${wire.endpointId}`
  return '#/canvas'
}
