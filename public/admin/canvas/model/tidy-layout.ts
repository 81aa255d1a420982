/** Lays all cards out from left to right without overlaps. Deterministic: the same graph gives the same layout. */
import * as dagre from '@dagrejs/dagre'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { cardSizes, columns, kinds, snap, type PlacedCard } from './card.ts'
import { nodeKey, nodeOfKey, parseNodeKey, type NodeKind } from '../../state/node-ref.ts'

type Graph = InstanceType<typeof dagre.graphlib.Graph>
type Configuration = Pick<StateView, 'client_tokens' | 'incoming_blocks' | 'endpoints' | 'wires'>

/** Distance between cards of a column, in pixels; rounding to the grid reduces it by up to 8. */
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

/** The key of the card with the lowest id. Where there is none, adds an empty node with id 0, which no card has. */
function firstOf(graph: Graph, kind: NodeKind, objects: readonly { readonly id: number }[]): string {
  const id = objects.length === 0 ? 0 : Math.min(...objects.map((one) => one.id))
  const name = nodeKey({ kind, id })
  if (id === 0) graph.setNode(name, { width: 0, height: 0 })
  return name
}

/** Adds the nodes and edges that dagre requires: at least one node per rank and one edge between neighbouring ranks. */
function joinColumns(graph: Graph, state: Configuration): void {
  const block = firstOf(graph, 'block', state.incoming_blocks)
  if (state.client_tokens.length === 0) graph.setEdge(firstOf(graph, 'token', []), block)
  if (state.wires.length === 0) graph.setEdge(block, firstOf(graph, 'endpoint', state.endpoints))
}

/** Ranks every card by its kind, wired or not. dagre uses the odd ranks for the labels of edges. */
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
