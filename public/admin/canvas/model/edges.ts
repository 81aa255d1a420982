/**
 * The lines between cards: wires, bundles of wires into one group, client tokens' membership of their blocks, and the
 * endpoints that tokens prefer.
 */
import type { Edge } from '@xyflow/react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, wireKey, wireOf, type NodeKind, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { Point } from './card.ts'
import type { EndpointGroup } from './fleet/endpoint-groups.ts'
import { cardOf, isEndpointShown, isTokenShown, shownOf, type Shown } from './fleet/shown.ts'

type LineKind = 'wire' | 'bundle' | 'member' | 'preference'

interface LineData extends Record<string, unknown> {
  /** The ids of the objects; that of a bundle's group is 0. */
  readonly fromId: number
  readonly toId: number
  /** Whether nothing can take the line. */
  readonly broken: boolean
  /** The wires that the line stands for. */
  readonly wires: readonly WireRef[]
  /** Whether wires of the bundle are drawn beside it. */
  readonly isSpread: boolean
  /** The way past other blocks; undefined where none is in the way. */
  readonly lane: Point | undefined
}

/** `source` and `target` are keys of cards. */
export type Line = Edge<LineData, LineKind>

export const wireEdgeId = (wire: WireRef): string => `wire-${wireKey(wire)}`
const bundleEdgeId = (blockId: number, group: EndpointGroup): string => `bundle-${blockId}-${group.key}`

/** @returns undefined for a line that is not a single wire. */
export const wireRefOfLine = ({ data, type }: Line): WireRef | undefined =>
  data !== undefined && type === 'wire' ? { blockId: data.fromId, endpointId: data.toId } : undefined

/** The wires that a line stands for; empty for one of a client token. */
export const wiresOfLine = ({ data }: Line): readonly WireRef[] => data?.wires ?? []

interface LineOptions {
  readonly id: string
  readonly type: LineKind
  readonly from: NodeRef
  readonly toId: number
  /** The key of the card at its end. */
  readonly target: string
  readonly ariaLabel: string
  readonly broken?: boolean
  readonly wires?: readonly WireRef[]
  readonly isSpread?: boolean
}

function lineOf(options: LineOptions): Line {
  const { id, type, from, toId, target, ariaLabel, broken = false, wires = [], isSpread = false } = options
  return {
    id,
    type,
    source: nodeKey(from),
    target,
    data: { fromId: from.id, toId, broken, wires, isSpread, lane: undefined },
    reconnectable: type === 'wire' ? true : type === 'bundle' ? false : 'target',
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

interface Names {
  readonly blocks: ReadonlyMap<number, string>
  readonly endpoints: ReadonlyMap<number, string>
}

function tokenLines(state: StateView, shown: Shown, { blocks, endpoints }: Names): Line[] {
  const wired = new Set(state.wires.map((wire) => wireKey(wireOf(wire))))
  return state.client_tokens.flatMap((token) => {
    const { id, name, incoming_block_id: blockId, preferred_endpoint_id: preferred } = token
    if (!isTokenShown(shown, token)) return []
    const from = { kind: 'token', id } as const
    const ends = (kind: NodeKind, toId: number) => ({
      from,
      toId,
      target: cardOf(shown, state, { kind, id: toId }),
    })
    const lines: Line[] = []
    if (blocks.has(blockId)) {
      const ariaLabel = `${name} belongs to ${blocks.get(blockId)}`
      lines.push(lineOf({ id: `member-${id}`, type: 'member', ...ends('block', blockId), ariaLabel }))
    }
    if (preferred !== null && endpoints.has(preferred)) {
      const broken = !wired.has(wireKey({ blockId, endpointId: preferred }))
      const label = `${name} prefers ${endpoints.get(preferred)}`
      const ariaLabel = label + (broken ? ', to which its block has no wire' : '')
      lines.push(
        lineOf({
          id: `preference-${id}`,
          type: 'preference',
          ...ends('endpoint', preferred),
          ariaLabel,
          broken,
        }),
      )
    }
    return lines
  })
}

function wireLine(wire: WireRef, { blocks, endpoints }: Names, broken: boolean): Line {
  const { blockId, endpointId } = wire
  const [block, endpoint] = [blocks.get(blockId) ?? '', endpoints.get(endpointId) ?? '']
  return lineOf({
    id: wireEdgeId(wire),
    type: 'wire',
    from: { kind: 'block', id: blockId },
    toId: endpointId,
    target: nodeKey({ kind: 'endpoint', id: endpointId }),
    ariaLabel: `Wire from ${block} to ${endpoint}${broken ? `. ${unusableWords(block, endpoint)}` : ''}`,
    broken,
    wires: [wire],
  })
}

/** @param wires - of one block to one group. */
function bundleLine(
  group: EndpointGroup,
  wires: readonly WireRef[],
  { blocks }: Names,
  isBroken: (wire: WireRef) => boolean,
  isSpread: boolean,
): Line {
  const blockId = wires[0]?.blockId ?? 0
  const number = wires.length === 1 ? '1 wire' : `${wires.length} wires`
  return lineOf({
    id: bundleEdgeId(blockId, group),
    type: 'bundle',
    from: { kind: 'block', id: blockId },
    toId: 0,
    target: group.key,
    ariaLabel: `${number} from ${blocks.get(blockId) ?? ''} to the group ${group.name}`,
    broken: wires.every(isBroken),
    wires,
    isSpread,
  })
}

/**
 * The lines of client tokens first, then the bundles, then the wires.
 * @param unusable - the keys of the wires that no request can take.
 */
export function linesOf(
  state: StateView,
  unusable: readonly string[],
  shown: Shown = shownOf(state),
): Line[] {
  const names = { blocks: byId(state.incoming_blocks), endpoints: byId(state.endpoints) }
  const unusableKeys = new Set(unusable)
  const isBroken = (wire: WireRef): boolean => unusableKeys.has(wireKey(wire))
  const bundles = new Map<string, { group: EndpointGroup; wires: WireRef[] }>()
  const single: Line[] = []
  for (const wire of state.wires.map(wireOf)) {
    const group = shown.groupOf.get(wire.endpointId)
    if (group) {
      const id = bundleEdgeId(wire.blockId, group)
      const bundle = bundles.get(id) ?? { group, wires: [] }
      bundle.wires.push(wire)
      bundles.set(id, bundle)
    }
    if (isDrawn(shown, wire)) single.push(wireLine(wire, names, isBroken(wire)))
  }
  return [
    ...tokenLines(state, shown, names),
    ...[...bundles.values()].map(({ group, wires }) =>
      bundleLine(
        group,
        wires,
        names,
        isBroken,
        wires.some((wire) => isDrawn(shown, wire)),
      ),
    ),
    ...single,
  ]
}

/** Leads wires past the blocks that stand in their way. */
export const alongLanes = (lines: readonly Line[], lanes: ReadonlyMap<string, Point>): Line[] =>
  lanes.size === 0
    ? [...lines]
    : lines.map((line) =>
        line.data && lanes.has(line.source)
          ? { ...line, data: { ...line.data, lane: lanes.get(line.source) } }
          : line,
      )

/** Whether a wire is drawn by itself: always to a single card, to a member of a group where it is selected. */
const isDrawn = (shown: Shown, wire: WireRef): boolean =>
  !shown.groupOf.has(wire.endpointId) || (shown.isSingle(wire) && isEndpointShown(shown, wire.endpointId))

const keysOf = (line: Line): string => wiresOfLine(line).map(wireKey).join()

/** Keeps the identity of unchanged lines, so that they are not rendered again. */
export function reuseUnchanged(before: readonly Line[], after: readonly Line[]): Line[] {
  const old = new Map(before.map((line) => [line.id, line]))
  return after.map((line) => {
    const known = old.get(line.id)
    if (known === undefined) return line
    const isSame =
      known.source === line.source &&
      known.target === line.target &&
      known.ariaLabel === line.ariaLabel &&
      known.data?.broken === line.data?.broken &&
      known.data?.isSpread === line.data?.isSpread &&
      known.data?.lane?.x === line.data?.lane?.x &&
      known.data?.lane?.y === line.data?.lane?.y &&
      (line.type !== 'bundle' || keysOf(known) === keysOf(line))
    if (isSame) return known
    return {
      ...line,
      selected: known.selected ?? false,
      ...(known.className && { className: known.className }),
    }
  })
}
