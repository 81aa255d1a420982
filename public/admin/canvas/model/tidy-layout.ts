/** Lays cards out from left to right without overlaps. Deterministic: the same graph gives the same layout. */
import * as dagre from '@dagrejs/dagre'
import { columnOf, columns, kinds, snap, type CardKind, type Point } from './card.ts'
import type { NodeKind } from '../../state/node-ref.ts'
import { highestColumn, inColumns, type Sized } from './fleet/columns.ts'
import { byText, type LayoutGraph } from './layout-graph.ts'

type Graph = InstanceType<typeof dagre.graphlib.Graph>

/** Distance between cards of a column, in pixels; rounding to the grid reduces it by up to 8. */
const GAP = 32

function dagreOf({ cards, lines }: LayoutGraph): Graph {
  const graph = new dagre.graphlib.Graph()
  graph.setDefaultEdgeLabel(() => ({}))
  const kindOf = new Map<string, CardKind>(cards.map(({ key, kind }) => [key, kind]))
  // Ranks every card by its kind, wired or not. dagre uses the odd ranks for the labels of edges.
  const byColumn = (ranked: Graph): void => {
    for (const name of ranked.nodes()) {
      const node = ranked.node(name) as { rank?: number }
      const kind = kindOf.get(name) ?? kindOfFiller(name)
      // dagre's own root node goes before the first column.
      node.rank = kind === undefined ? -2 : 2 * kinds.indexOf(columnOf(kind))
    }
  }
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: 96, ranker: byColumn as unknown as string })
  for (const { key, width, height } of cards) graph.setNode(key, { width, height })
  for (const [from, to] of lines) graph.setEdge(from, to)
  return graph
}

const FILLER = 'filler-'
const kindOfFiller = (name: string): NodeKind | undefined => kinds.find((kind) => name === `${FILLER}${kind}`)

/** Adds the nodes and edges that dagre requires: at least one node per rank and one edge between neighbouring ranks. */
function joinColumns(graph: Graph, { cards }: LayoutGraph): void {
  const firstOf = (column: NodeKind): string => {
    const first = cards.find(({ kind }) => columnOf(kind) === column)?.key ?? FILLER + column
    if (!graph.hasNode(first)) graph.setNode(first, { width: 0, height: 0 })
    return first
  }
  const [token, block, endpoint] = [firstOf('token'), firstOf('block'), firstOf('endpoint')]
  if (graph.outEdges(token)?.length === 0) graph.setEdge(token, block)
  if (graph.inEdges(endpoint)?.length === 0) graph.setEdge(block, endpoint)
}

/** Columns that would be too high are wrapped, in the order that crosses the fewest lines. @returns positions by key. */
export function tidyLayout(input: LayoutGraph): Map<string, Point> {
  const { cards } = input
  if (cards.length === 0) return new Map()
  const graph = dagreOf(input)
  joinColumns(graph, input)
  dagre.layout(graph)
  const yOf = ({ key, height }: Sized): number => snap((graph.node(key) as { y: number }).y - height / 2)
  const highest = highestColumn(cards)
  const ends = cards.flatMap((card) => [yOf(card), yOf(card) + card.height])
  if (Math.max(...ends) - Math.min(...ends) <= highest)
    return new Map(cards.map((card) => [card.key, { x: columns[columnOf(card.kind)], y: yOf(card) }]))
  return inColumns(cards.toSorted((left, right) => yOf(left) - yOf(right) || byText(left.key, right.key)))
}
