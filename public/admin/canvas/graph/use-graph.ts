/**
 * Cards and lines as the canvas shows them: the server's configuration, and over it the positions of cards that are
 * being moved, and the selection. An update from the server does not move a held card.
 */
import { applyEdgeChanges, applyNodeChanges, type EdgeChange, type NodeChange } from '@xyflow/react'
import { useCallback, useMemo, useState } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { wireKey } from '../../state/node-ref.ts'
import type { Point } from '../model/card.ts'
import { alongLanes, reuseUnchanged, linesOf, wiresOfLine, type Line } from '../model/edges.ts'
import { connectedCards, connectedTo } from '../model/fleet/connected.ts'
import { lanesOf } from '../model/fleet/lanes.ts'
import type { Selection, Shown } from '../model/fleet/shown.ts'
import { isNote, notesOf } from '../model/notes/note-nodes.ts'
import { cardsOf, selectedKeys, type CardNode } from '../model/nodes.ts'
import { placeCards, type CardPlacement } from '../model/placement.ts'
import { dimIn, selectedLast, selectIn, selectLines } from '../model/selected.ts'

export interface Graph {
  readonly nodes: CardNode[]
  readonly edges: Line[]
  readonly placement: CardPlacement
  readonly shown: Shown
  onNodesChange(changes: NodeChange<CardNode>[]): void
  onEdgesChange(changes: EdgeChange<Line>[]): void
  /** Moves cards on screen, by their keys. */
  place(positions: ReadonlyMap<string, Point>): void
  /** Updates from the server do not move these cards until they are released. */
  hold(ids: readonly string[]): void
  /** The cards move to their positions on the server. */
  release(ids: readonly string[]): void
  select(selection: Selection): void
}

interface Source {
  readonly state: StateView
  readonly unusable: readonly string[]
  readonly shown: Shown
  readonly selection: Selection
  readonly held: ReadonlySet<string>
}

interface Drawn {
  readonly nodes: CardNode[]
  readonly edges: Line[]
}

/** Of notes the page knows no selection: the canvas alone has it. */
const selectedNotes = (nodes: readonly CardNode[]): string[] =>
  nodes.filter((node) => node.selected === true && isNote(node)).map(({ id }) => id)

/** @param notes - ids of the notes that are selected besides. */
const selectAll = (
  { nodes, edges }: Drawn,
  selection: Selection,
  shown: Shown,
  notes: readonly string[],
): Drawn => ({
  nodes: selectIn(nodes, new Set([...selectedKeys(selection, shown), ...notes])),
  edges: selectLines(edges, selection.wires, selection.nodes.length > 0),
})

/** Dims what is not connected to the selection. */
function dimAll({ nodes, edges }: Drawn, { state, shown, selection }: Source): Drawn {
  const connected = connectedTo(state, selection)
  const cards = connected && connectedCards(state, shown, connected)
  const isLit = (key: string): boolean => cards === undefined || cards.has(key)
  return {
    nodes: dimIn(nodes, (node) => isNote(node) || isLit(node.id)),
    edges: dimIn(edges, (line) => {
      if (connected === undefined || line.selected === true) return true
      const wires = wiresOfLine(line)
      if (wires.length > 0) return wires.some((wire) => connected.wires.has(wireKey(wire)))
      return isLit(line.source) && isLit(line.target)
    }),
  }
}

/** The graph after a change of its source; what does not change keeps its identity. */
function redraw(source: Source, placement: CardPlacement, before: Drawn, isOther: boolean): Drawn {
  const { state, unusable, shown, selection, held } = source
  const known = new Set(before.nodes.map(({ id }) => id))
  const selected = selectedKeys(selection, shown)
  const cards = cardsOf(state, placement, before.nodes, held, shown).map((node) =>
    known.has(node.id) || !selected.has(node.id) ? node : { ...node, selected: true },
  )
  const nodes = [...cards, ...notesOf(state.canvas_notes, before.nodes, held)]
  const edges = selectedLast(
    reuseUnchanged(before.edges, alongLanes(linesOf(state, unusable, shown), lanesOf(placement.values()))),
  )
  const drawn = { nodes, edges }
  return dimAll(isOther ? selectAll(drawn, selection, shown, selectedNotes(nodes)) : drawn, source)
}

const EMPTY: Drawn = { nodes: [], edges: [] }

/**
 * @param unusable - the keys of the wires that no request can take; another list only where they have changed.
 * @param selection - of the page
 */
export function useGraph(
  state: StateView,
  unusable: readonly string[],
  shown: Shown,
  selection: Selection,
): Graph {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set<string>())
  const placement = useMemo(() => placeCards(state, shown), [state, shown])
  const source = { state, unusable, shown, selection, held }
  const [drawn, setDrawn] = useState<Drawn>(() => redraw(source, placement, EMPTY, true))

  const [seen, setSeen] = useState<Source>(source)
  if (Object.entries(source).some(([name, value]) => seen[name as keyof Source] !== value)) {
    setSeen(source)
    setDrawn(redraw(source, placement, drawn, seen.selection !== selection))
  }

  return {
    ...drawn,
    placement,
    shown,
    onNodesChange: useCallback(
      (changes) => setDrawn(({ nodes, edges }) => ({ nodes: applyNodeChanges(changes, nodes), edges })),
      [],
    ),
    onEdgesChange: useCallback(
      (changes) =>
        setDrawn(({ nodes, edges }) => ({ nodes, edges: selectedLast(applyEdgeChanges(changes, edges)) })),
      [],
    ),
    place: useCallback(
      (positions) =>
        setDrawn(({ nodes, edges }) => ({
          edges,
          nodes: nodes.map((node) => {
            const position = positions.get(node.id)
            return position === undefined ? node : { ...node, position }
          }),
        })),
      [],
    ),
    select: useCallback(
      (next) =>
        setDrawn((before) => {
          const isNothing = next.nodes.length + next.wires.length === 0
          return selectAll(before, next, shown, isNothing ? selectedNotes(before.nodes) : [])
        }),
      [shown],
    ),
    hold: useCallback((ids) => setHeld((before) => new Set([...before, ...ids])), []),
    release: useCallback(
      (ids) => setHeld((before) => new Set([...before].filter((id) => !ids.includes(id)))),
      [],
    ),
  }
}
