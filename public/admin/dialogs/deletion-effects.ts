/** The effects of deleting cards, as sentences. */
import { plural } from '../../ui/format/figures.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { nodeName } from '../state/named-objects.ts'
import type { NodeRef } from '../state/node-ref.ts'

function ofEndpoint(state: StateView, id: number): string[] {
  const name = nodeName(state, { kind: 'endpoint', id })
  const wires = state.wires.filter((wire) => wire.endpoint_id === id).length
  const preferring = state.client_tokens.filter((token) => token.preferred_endpoint_id === id)
  const inflight = state.stats.inflight_per_endpoint[String(id)] ?? 0
  return [
    ...(wires > 0 ? [`${plural(wires, 'wire')} to ${name} will go`] : []),
    ...(preferring.length > 0
      ? [`${preferring.map((token) => token.name).join(', ')} will no longer prefer ${name}`]
      : []),
    ...(inflight > 0 ? [`${plural(inflight, 'request')} in flight at ${name} will be finished`] : []),
  ]
}

function ofBlock(state: StateView, id: number, deleted: readonly NodeRef[]): string[] {
  const name = nodeName(state, { kind: 'block', id })
  const wires = state.wires.filter((wire) => wire.incoming_block_id === id).length
  const tokens = state.client_tokens.filter((token) => token.incoming_block_id === id).length
  const remainingBlock = state.incoming_blocks.find(
    (block) => !deleted.some((node) => node.kind === 'block' && node.id === block.id),
  )
  if (remainingBlock === undefined)
    return ['The last incoming block cannot be deleted: the server will refuse it']
  return [
    ...(wires > 0 ? [`${plural(wires, 'wire')} from ${name} will go`] : []),
    ...(tokens > 0 ? [`${plural(tokens, 'client token')} will move to ${remainingBlock.name}`] : []),
  ]
}

function ofToken(state: StateView, id: number): string[] {
  const name = nodeName(state, { kind: 'token', id })
  return [
    `Clients that use ${name} will be refused at once`,
    ...(state.priority_input_token_id === id ? [`${name} will no longer be the prioritised input`] : []),
  ]
}

export const deletionEffects = (state: StateView, nodes: readonly NodeRef[]): string[] =>
  nodes.flatMap(({ kind, id }) => {
    if (kind === 'endpoint') return ofEndpoint(state, id)
    return kind === 'block' ? ofBlock(state, id, nodes) : ofToken(state, id)
  })
