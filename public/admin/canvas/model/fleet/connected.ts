/** What is connected to the selected cards and wires: the ways of their requests, from client token to endpoint. */
import type { StateView } from '../../../../../src/contract/gateway.ts'
import { nodeKey, nodeOfKey, wireKey, wireOf, type NodeKind } from '../../../state/node-ref.ts'
import { cardOf, type Selection, type Shown } from './shown.ts'

type Configuration = Pick<StateView, 'client_tokens' | 'wires'>

export interface Connected {
  /** Keys of objects, shown or folded. */
  readonly nodes: ReadonlySet<string>
  /** Keys of wires. */
  readonly wires: ReadonlySet<string>
}

/**
 * A client token goes with its block and where that leads; a block with its clients and endpoints; an endpoint with the
 * blocks that lead to it and their clients; a wire with its ends and the clients of its block.
 * @returns undefined where nothing is selected.
 */
export function connectedTo(state: Configuration, { nodes, wires }: Selection): Connected | undefined {
  if (nodes.length + wires.length === 0) return undefined
  const found = new Set<string>()
  const ways = new Set(wires.map(wireKey))
  const add = (kind: NodeKind, id: number) => found.add(nodeKey({ kind, id }))
  /** Blocks whose clients belong to the ways. */
  const sources = new Set(wires.map(({ blockId }) => blockId))
  for (const { kind, id } of nodes) {
    add(kind, id)
    const token = kind === 'token' ? state.client_tokens.find((one) => one.id === id) : undefined
    if (token?.preferred_endpoint_id != null) add('endpoint', token.preferred_endpoint_id)
    const blockId = kind === 'block' ? id : token?.incoming_block_id
    if (blockId !== undefined) add('block', blockId)
    if (kind === 'block') sources.add(id)
    for (const wire of state.wires.map(wireOf)) {
      if (wire.blockId !== blockId && !(kind === 'endpoint' && wire.endpointId === id)) continue
      ways.add(wireKey(wire))
      if (kind === 'endpoint') sources.add(wire.blockId)
    }
    if (kind !== 'endpoint') continue
    for (const client of state.client_tokens) if (client.preferred_endpoint_id === id) add('token', client.id)
  }
  for (const wire of state.wires.map(wireOf)) {
    if (!ways.has(wireKey(wire))) continue
    add('block', wire.blockId)
    add('endpoint', wire.endpointId)
  }
  for (const { id, incoming_block_id: blockId } of state.client_tokens)
    if (sources.has(blockId)) add('token', id)
  return { nodes: found, wires: ways }
}

/** The keys of the cards that stand for what is connected; a folded card is among them if any that it stands for is. */
export function connectedCards(
  state: Configuration,
  shown: Shown,
  { nodes }: Connected,
): ReadonlySet<string> {
  const cards = new Set<string>()
  for (const node of [...nodes].map(nodeOfKey)) {
    cards.add(cardOf(shown, state, node))
    const group = node.kind === 'endpoint' ? shown.groupOf.get(node.id) : undefined
    if (group) cards.add(group.key)
  }
  return cards
}
