/** The lines between cards: wires, client tokens' membership of their blocks, and the endpoints that tokens prefer. */
import type { Edge } from '@xyflow/react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, wireKey, wireOf, type NodeKind, type WireRef } from '../../state/node-ref.ts'

type LineKind = 'wire' | 'member' | 'preference'

/** The data has the ids of the objects, and whether nothing can take the line; `source` and `target` are keys of cards. */
export type Line = Edge<
  { readonly fromId: number; readonly toId: number; readonly broken: boolean },
  LineKind
>

export const wireEdgeId = (wire: WireRef): string => `wire-${wireKey(wire)}`

/** @returns undefined for a line that is not a wire. */
export const wireRefOfLine = ({ data, type }: Line): WireRef | undefined =>
  data !== undefined && type === 'wire' ? { blockId: data.fromId, endpointId: data.toId } : undefined

interface Ends {
  readonly from: readonly [NodeKind, number, string]
  readonly to: readonly [NodeKind, number, string]
}

function lineOf(id: string, type: LineKind, { from, to }: Ends, ariaLabel: string, broken = false): Line {
  return {
    id,
    type,
    source: nodeKey({ kind: from[0], id: from[1] }),
    target: nodeKey({ kind: to[0], id: to[1] }),
    data: { fromId: from[1], toId: to[1], broken },
    reconnectable: type === 'wire' ? true : 'target',
    focusable: type !== 'member',
    selectable: type !== 'member',
    ariaLabel,
  }
}

const byId = (objects: readonly { readonly id: number; readonly name: string }[]) =>
  new Map(objects.map(({ id, name }) => [id, name]))

/** Why no request can take a wire. */
export const unusableWords = (block: string, endpoint: string): string =>
  `No model of ${endpoint} is allowed to ${block}`

/**
 * The lines of client tokens first, then the wires.
 * @param unusable - the keys of the wires that no request can take.
 */
export function linesOf(state: StateView, unusable: readonly string[]): Line[] {
  const blocks = byId(state.incoming_blocks)
  const endpoints = byId(state.endpoints)
  const wired = new Set(state.wires.map((wire) => wireKey(wireOf(wire))))
  const unusableKeys = new Set(unusable)
  const lines: Line[] = []
  for (const {
    id,
    name,
    incoming_block_id: blockId,
    preferred_endpoint_id: preferred,
  } of state.client_tokens) {
    const from = ['token', id, name] as const
    if (blocks.has(blockId)) {
      const to = ['block', blockId, blocks.get(blockId) ?? ''] as const
      lines.push(lineOf(`member-${id}`, 'member', { from, to }, `${name} belongs to ${to[2]}`))
    }
    if (preferred !== null && endpoints.has(preferred)) {
      const to = ['endpoint', preferred, endpoints.get(preferred) ?? ''] as const
      const broken = !wired.has(wireKey({ blockId, endpointId: preferred }))
      const label = `${name} prefers ${to[2]}${broken ? ', to which its block has no wire' : ''}`
      lines.push(lineOf(`preference-${id}`, 'preference', { from, to }, label, broken))
    }
  }
  for (const wire of state.wires) {
    const { blockId, endpointId } = wireOf(wire)
    const [block, endpoint] = [blocks.get(blockId) ?? '', endpoints.get(endpointId) ?? '']
    const ends: Ends = { from: ['block', blockId, block], to: ['endpoint', endpointId, endpoint] }
    const broken = unusableKeys.has(wireKey({ blockId, endpointId }))
    const label = `Wire from ${block} to ${endpoint}${broken ? `. ${unusableWords(block, endpoint)}` : ''}`
    lines.push(lineOf(wireEdgeId({ blockId, endpointId }), 'wire', ends, label, broken))
  }
  return lines
}

/** Keeps the identity of unchanged lines, so that they are not rendered again. */
export function reuseUnchanged(before: readonly Line[], after: readonly Line[]): Line[] {
  const old = new Map(before.map((line) => [line.id, line]))
  return after.map((line) => {
    const known = old.get(line.id)
    if (known === undefined) return line
    const selected = known.selected ?? false
    const isSame =
      known.source === line.source &&
      known.target === line.target &&
      known.ariaLabel === line.ariaLabel &&
      known.data?.broken === line.data?.broken
    return isSame ? known : { ...line, selected }
  })
}
