/**
 * Cards and lines as the canvas shows them: the server's configuration, and over it what a hand is moving and has
 * selected. An update from the server never moves what is held.
 */
import {
  applyEdgeChanges,
  applyNodeChanges,
  type EdgeChange,
  type Node,
  type NodeChange,
} from '@xyflow/react'
import { useCallback, useMemo, useState } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, type NodeKind, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import { cardSizes, type Point } from '../model/card.ts'
import { reuseUnchanged, linesOf, wireEdgeId, type Line } from '../model/edges.ts'
import { placeCards, type CardPlacement } from '../model/placement.ts'

export type CardNode = Node<Record<string, never>, NodeKind>

const nouns: Record<NodeKind, string> = {
  token: 'Client token',
  block: 'Incoming block',
  endpoint: 'Endpoint',
}

const noData: Record<string, never> = {}

/** @param held - ids of cards that stay where they are on screen. */
function cardsOf(
  state: StateView,
  placement: CardPlacement,
  before: readonly CardNode[],
  held: ReadonlySet<string>,
): CardNode[] {
  const old = new Map(before.map((node) => [node.id, node]))
  const names = new Map<string, string>()
  const name = (kind: NodeKind) => (object: { readonly id: number; readonly name: string }) =>
    void names.set(nodeKey({ kind, id: object.id }), object.name)
  state.client_tokens.forEach(name('token'))
  state.incoming_blocks.forEach(name('block'))
  state.endpoints.forEach(name('endpoint'))
  return [...readingOrder(placement)].map(([id, { kind, x, y }]) => {
    const known = old.get(id)
    const ariaLabel = `${nouns[kind]} ${names.get(id) ?? ''}`
    if (known !== undefined) {
      const stays = held.has(id) || (known.position.x === x && known.position.y === y)
      if (stays && known.ariaLabel === ariaLabel) return known
      return { ...known, ariaLabel, position: stays ? known.position : { x, y } }
    }
    const { width, height } = cardSizes[kind]
    return {
      id,
      type: kind,
      position: { x, y },
      data: noData,
      width,
      height,
      ariaLabel,
      ariaRole: 'group',
      domAttributes: { 'aria-roledescription': 'card' },
    }
  })
}

const kindOrder: Record<NodeKind, number> = { token: 0, block: 1, endpoint: 2 }

/** Column by column from the top, which is the order of the Tab key too. */
function readingOrder(placement: CardPlacement) {
  return [...placement].sort(
    ([, left], [, right]) =>
      kindOrder[left.kind] - kindOrder[right.kind] ||
      left.y - right.y ||
      left.x - right.x ||
      left.id - right.id,
  )
}

/** What is selected comes last, and so on top, with its ends free to be taken. */
const selectedLast = (lines: readonly Line[]): Line[] => [
  ...lines.filter((line) => line.selected !== true),
  ...lines.filter((line) => line.selected === true),
]

export const wireRefOfLine = ({ data, type }: Line): WireRef | undefined =>
  data !== undefined && type === 'wire' ? { blockId: data.fromId, endpointId: data.toId } : undefined

export interface Graph {
  readonly nodes: CardNode[]
  readonly edges: Line[]
  readonly placement: CardPlacement
  onNodesChange(changes: NodeChange<CardNode>[]): void
  onEdgesChange(changes: EdgeChange<Line>[]): void
  /** Moves cards on screen. */
  place(places: ReadonlyMap<string, Point>): void
  /** Until they are released, the server does not move these. */
  hold(ids: readonly string[]): void
  /** They go where the server has them. */
  release(ids: readonly string[]): void
  /** What shall be selected. */
  select(nodes: readonly NodeRef[], wires: readonly WireRef[]): void
}

interface Chosen {
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

/** @param chosen - what is selected at first. */
export function useGraph(state: StateView, chosen: Chosen): Graph {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set<string>())
  const placement = useMemo(() => placeCards(state), [state])
  const [nodes, setNodes] = useState<CardNode[]>(() =>
    selectIn(cardsOf(state, placement, [], held), chosen.nodes.map(nodeKey)),
  )
  const [edges, setEdges] = useState<Line[]>(() => selectIn(linesOf(state), chosen.wires.map(wireEdgeId)))

  const [shown, setShown] = useState({ state, held })
  if (shown.state !== state || shown.held !== held) {
    setShown({ state, held })
    setNodes(cardsOf(state, placement, nodes, held))
    setEdges(selectedLast(reuseUnchanged(edges, linesOf(state))))
  }

  return {
    nodes,
    edges,
    placement,
    onNodesChange: useCallback((changes) => setNodes((before) => applyNodeChanges(changes, before)), []),
    onEdgesChange: useCallback(
      (changes) => setEdges((before) => selectedLast(applyEdgeChanges(changes, before))),
      [],
    ),
    place: useCallback(
      (places) =>
        setNodes((before) =>
          before.map((node) => {
            const position = places.get(node.id)
            return position === undefined ? node : { ...node, position }
          }),
        ),
      [],
    ),
    select: useCallback((chosen, chosenWires) => {
      const ids = new Set(chosen.map(nodeKey))
      const wireIds = new Set(chosenWires.map(wireEdgeId))
      const isElsewhere = ids.size + wireIds.size > 0
      setNodes((before) => before.map((node) => withSelected(node, ids.has(node.id))))
      setEdges((before) =>
        selectedLast(
          before.map((edge) => {
            // The rest of the page knows of no selected preferences.
            const keeps = edge.type !== 'wire' && edge.selected === true && !isElsewhere
            return withSelected(edge, keeps || wireIds.has(edge.id))
          }),
        ),
      )
    }, []),
    hold: useCallback((ids) => setHeld((before) => new Set([...before, ...ids])), []),
    release: useCallback(
      (ids) => setHeld((before) => new Set([...before].filter((id) => !ids.includes(id)))),
      [],
    ),
  }
}

const selectIn = <Thing extends { readonly id: string; selected?: boolean }>(
  things: readonly Thing[],
  ids: readonly string[],
): Thing[] => things.map((thing) => withSelected(thing, ids.includes(thing.id)))

const withSelected = <Thing extends { selected?: boolean }>(thing: Thing, selected: boolean): Thing =>
  (thing.selected ?? false) === selected ? thing : { ...thing, selected }
