/**
 * Cards and lines as the canvas shows them: the server's configuration, and over it the positions of cards that are
 * being moved, and the selection. An update from the server does not move a held card.
 */
import { applyEdgeChanges, applyNodeChanges, type EdgeChange, type NodeChange } from '@xyflow/react'
import { useCallback, useMemo, useState } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { Point } from '../model/card.ts'
import { reuseUnchanged, linesOf, wireEdgeId, type Line } from '../model/edges.ts'
import { cardsOf, type CardNode } from '../model/nodes.ts'
import { placeCards, type CardPlacement } from '../model/placement.ts'
import { selectedLast, selectIn, selectLines } from '../model/selected.ts'

export interface Graph {
  readonly nodes: CardNode[]
  readonly edges: Line[]
  readonly placement: CardPlacement
  onNodesChange(changes: NodeChange<CardNode>[]): void
  onEdgesChange(changes: EdgeChange<Line>[]): void
  /** Moves cards on screen, by their keys. */
  place(positions: ReadonlyMap<string, Point>): void
  /** Updates from the server do not move these cards until they are released. */
  hold(ids: readonly string[]): void
  /** The cards move to their positions on the server. */
  release(ids: readonly string[]): void
  select(nodes: readonly NodeRef[], wires: readonly WireRef[]): void
}

interface Selection {
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

/**
 * @param unusable - the keys of the wires that no request can take; another list only where they have changed.
 * @param initial - the selection at the first rendering
 */
export function useGraph(state: StateView, unusable: readonly string[], initial: Selection): Graph {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set<string>())
  const placement = useMemo(() => placeCards(state), [state])
  const [nodes, setNodes] = useState<CardNode[]>(() =>
    selectIn(cardsOf(state, placement, [], held), new Set(initial.nodes.map(nodeKey))),
  )
  const [edges, setEdges] = useState<Line[]>(() =>
    selectIn(linesOf(state, unusable), new Set(initial.wires.map(wireEdgeId))),
  )

  const [shown, setShown] = useState({ state, held, unusable })
  if (shown.state !== state || shown.held !== held || shown.unusable !== unusable) {
    setShown({ state, held, unusable })
    setNodes(cardsOf(state, placement, nodes, held))
    setEdges(selectedLast(reuseUnchanged(edges, linesOf(state, unusable))))
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
      (positions) =>
        setNodes((before) =>
          before.map((node) => {
            const position = positions.get(node.id)
            return position === undefined ? node : { ...node, position }
          }),
        ),
      [],
    ),
    select: useCallback((cards, wires) => {
      setNodes((before) => selectIn(before, new Set(cards.map(nodeKey))))
      setEdges((before) => selectLines(before, wires, cards.length > 0))
    }, []),
    hold: useCallback((ids) => setHeld((before) => new Set([...before, ...ids])), []),
    release: useCallback(
      (ids) => setHeld((before) => new Set([...before].filter((id) => !ids.includes(id)))),
      [],
    ),
  }
}
