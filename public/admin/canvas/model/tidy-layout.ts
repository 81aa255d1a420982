/** Lays the cards out anew, left to right without overlaps: the same graph always comes out the same. */
import * as dagre from '@dagrejs/dagre'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { cardSizes, columns, kinds, snap, type PlacedCard } from './card.ts'
import { nodeKey, nodeOfKey, parseNodeKey, type NodeKind } from '../../state/node-ref.ts'

type Graph = InstanceType<typeof dagre.graphlib.Graph>
type Configuration = Pick<StateView, 'client_tokens' | 'incoming_blocks' | 'endpoints' | 'wires'>

/** Between cards of a column, in pixels; rounding to the grid takes up to 8 of it. */
const GAP = 32

function graphOf(state: Configuration): Graph {
  const graph = new dagre.graphlib.Graph()
  graph.setDefaultEdgeLabel(() => ({}))
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: 96, ranker: byColumn as unknown as string })
  const add = (kind: NodeKind, objects: readonly { readonly id: number }[]) => {
    for (const { id } of objects.toSorted((left, right) => left.id - right.id))
      graph.setNode(nodeKey({ kind, id }), { ...cardSizes[kind] })
  }
  add('token', state.client_tokens)
  add('block', state.incoming_blocks)
  add('endpoint', state.endpoints)
  for (const { id, incoming_block_id } of state.client_tokens.toSorted((left, right) => left.id - right.id))
    graph.setEdge(nodeKey({ kind: 'token', id }), nodeKey({ kind: 'block', id: incoming_block_id }))
  const wires = state.wires.toSorted(
    (left, right) => left.incoming_block_id - right.incoming_block_id || left.endpoint_id - right.endpoint_id,
  )
  for (const { incoming_block_id, endpoint_id } of wires)
    graph.setEdge(
      nodeKey({ kind: 'block', id: incoming_block_id }),
      nodeKey({ kind: 'endpoint', id: endpoint_id }),
    )
  return graph
}

/** The card of the lowest id; where there is none, one of no size. No card has the id 0. */
function firstOf(graph: Graph, kind: NodeKind, objects: readonly { readonly id: number }[]): string {
  const id = objects.length === 0 ? 0 : Math.min(...objects.map((one) => one.id))
  const name = nodeKey({ kind, id })
  if (id === 0) graph.setNode(name, { width: 0, height: 0 })
  return name
}

/** dagre takes no rank without a node, nor two ranks without an edge between them: what is missing is made up. */
function joinColumns(graph: Graph, state: Configuration): void {
  const block = firstOf(graph, 'block', state.incoming_blocks)
  if (state.client_tokens.length === 0) graph.setEdge(firstOf(graph, 'token', []), block)
  if (state.wires.length === 0) graph.setEdge(block, firstOf(graph, 'endpoint', state.endpoints))
}

/** Every kind has its own column, wired or not. dagre keeps the odd ranks for the labels of edges. */
function byColumn(graph: Graph): void {
  for (const name of graph.nodes()) {
    const node = graph.node(name) as { rank?: number }
    const card = parseNodeKey(name)
    // dagre's own root node goes before the first column.
    node.rank = card === undefined ? -2 : 2 * kinds.indexOf(card.kind)
  }
}

export function tidyLayout(state: Configuration): PlacedCard[] {
  const graph = graphOf(state)
  const names = graph.nodes()
  joinColumns(graph, state)
  dagre.layout(graph)
  return names.map((name) => {
    const { y, height } = graph.node(name) as { y: number; height: number }
    const card = nodeOfKey(name)
    return { ...card, x: columns[card.kind], y: snap(y - height / 2) }
  })
}
