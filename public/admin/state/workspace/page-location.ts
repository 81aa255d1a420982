/** The open view and the selection in the address: `#/usage`, `#/requests?outcome=failure`, `#/endpoint/3`, `#/wire/1-3`. */
import { parseNodeKey, parseWireKey, wireKey, type NodeRef, type WireRef } from '../node-ref.ts'

const views = ['canvas', 'models', 'requests', 'usage', 'audit', 'settings'] as const
export type View = (typeof views)[number]

export interface PageLocation {
  readonly view: View
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
  /** Of the requests view, as in the address. */
  readonly filter?: string | undefined
}

/** @param hash - `location.hash`; one that names no view, card or wire means the canvas */
export function parseHash(hash: string): PageLocation {
  const [, kind = '', ids = ''] = /^#\/([a-z]+)\/([\d-]+)$/.exec(hash) ?? []
  const node = parseNodeKey(`${kind}-${ids}`)
  if (node !== undefined) return { view: 'canvas', nodes: [node], wires: [] }
  const wire = kind === 'wire' ? parseWireKey(ids) : undefined
  if (wire !== undefined) return { view: 'canvas', nodes: [], wires: [wire] }
  const [, filter] = /^#\/requests\?(.+)$/.exec(hash) ?? []
  if (filter !== undefined) return { view: 'requests', nodes: [], wires: [], filter }
  return { view: views.find((view) => hash === `#/${view}`) ?? 'canvas', nodes: [], wires: [] }
}

/** A selection of several cards has no address: the result is the canvas. */
export function formatHash({ view, nodes, wires, filter }: PageLocation): string {
  const [node] = nodes
  const [wire] = wires
  if (view === 'requests' && filter) return `#/requests?${filter}`
  if (view !== 'canvas') return `#/${view}`
  if (node !== undefined && nodes.length === 1) return `#/${node.kind}/${node.id}`
  if (wire !== undefined && wires.length === 1 && nodes.length === 0) return `#/wire/${wireKey(wire)}`
  return '#/canvas'
}
