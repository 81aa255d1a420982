/** What a connection between two cards would change, or the reason why it is refused. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import { sameNode, sameWire, wireOf, nodeNouns, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import { kinds } from './card.ts'

export type Verdict =
  | { readonly kind: 'wire'; readonly wire: WireRef }
  | { readonly kind: 'move'; readonly tokenId: number; readonly blockId: number }
  | {
      readonly kind: 'prefer'
      readonly tokenId: number
      readonly endpointId: number
      /** The required wire from the token's block, where it does not exist yet. */
      readonly missing: WireRef | undefined
    }
  | { readonly kind: 'refused'; readonly reason: string }

const refused = (reason: string): Verdict => ({ kind: 'refused', reason })

const hasWire = (state: StateView, wire: WireRef): boolean =>
  state.wires.some((one) => sameWire(wireOf(one), wire))

function checkTokenConnection(state: StateView, tokenId: number, to: NodeRef): Verdict {
  const token = state.client_tokens.find(({ id }) => id === tokenId)
  if (token === undefined) return refused('That client token is gone.')
  if (to.kind === 'block') {
    return token.incoming_block_id === to.id
      ? refused('This client token is in that block already.')
      : { kind: 'move', tokenId, blockId: to.id }
  }
  if (token.preferred_endpoint_id === to.id)
    return refused('This client token prefers that endpoint already.')
  const wire = { blockId: token.incoming_block_id, endpointId: to.id }
  return { kind: 'prefer', tokenId, endpointId: to.id, missing: hasWire(state, wire) ? undefined : wire }
}

/** Symmetric: the verdict does not depend on which end was dragged. */
export function checkConnection(state: StateView, one: NodeRef, other: NodeRef): Verdict {
  if (sameNode(one, other)) return refused('A card cannot be wired to itself.')
  if (one.kind === other.kind) return refused(`Two ${nodeNouns[one.kind]}s cannot be wired to each other.`)
  const forward = kinds.indexOf(one.kind) < kinds.indexOf(other.kind)
  const [from, to] = forward ? [one, other] : [other, one]
  if (from.kind === 'token') return checkTokenConnection(state, from.id, to)
  const wire = { blockId: from.id, endpointId: to.id }
  return hasWire(state, wire) ? refused('This wire is there already.') : { kind: 'wire', wire }
}

/** A wire that is being drawn without dragging. */
export interface PendingWire {
  readonly from: NodeRef
  /** The wire to replace; undefined for a new wire. */
  readonly replacing: WireRef | undefined
}

export const WIRE_ENDS_RULE = 'A wire leads from an incoming block to an endpoint.'

export function checkPendingWire(state: StateView, { from, replacing }: PendingWire, to: NodeRef): Verdict {
  if (replacing !== undefined && to.kind !== 'endpoint') return refused(WIRE_ENDS_RULE)
  return checkConnection(state, from, to)
}
