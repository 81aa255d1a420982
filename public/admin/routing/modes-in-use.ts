/** Which routing modes concern what: a block has its own mode or the gateway's. */
import type { StateView } from '../../../src/contract/gateway.ts'
import type { IncomingBlockView } from '../../../src/contract/incoming-block.ts'
import type { RoutingMode } from '../../../src/contract/objects/routing-field-schemas.ts'

type Modes = Pick<StateView, 'routing_mode' | 'incoming_blocks' | 'wires'>

const modeOfBlock = (
  { routing_mode: gateways }: Pick<StateView, 'routing_mode'>,
  block: Pick<IncomingBlockView, 'routing_mode'> | undefined,
): RoutingMode => block?.routing_mode ?? gateways

/** The mode of the block that the client token belongs to. */
export function modeOfToken(state: StateView, tokenId: number): RoutingMode {
  const blockId = state.client_tokens.find(({ id }) => id === tokenId)?.incoming_block_id
  return modeOfBlock(
    state,
    state.incoming_blocks.find(({ id }) => id === blockId),
  )
}

export const isModeInUse = (state: Modes, mode: RoutingMode): boolean =>
  state.routing_mode === mode || state.incoming_blocks.some((block) => block.routing_mode === mode)

// Every card asks on every change: a state is read once for all of them.
const known = new WeakMap<Modes, ReadonlyMap<number, ReadonlySet<RoutingMode>>>()

function modesByEndpoint(state: Modes): ReadonlyMap<number, ReadonlySet<RoutingMode>> {
  const before = known.get(state)
  if (before !== undefined) return before
  const blocks = new Map(state.incoming_blocks.map((block) => [block.id, block]))
  const modes = new Map<number, Set<RoutingMode>>()
  for (const { incoming_block_id: blockId, endpoint_id: endpointId } of state.wires) {
    const ofEndpoint = modes.get(endpointId) ?? new Set()
    modes.set(endpointId, ofEndpoint.add(modeOfBlock(state, blocks.get(blockId))))
  }
  known.set(state, modes)
  return modes
}

/** Whether requests are routed to the endpoint in the mode: by the blocks that are wired to it, or without one by the gateway. */
export const isServedIn = (state: Modes, endpointId: number, mode: RoutingMode): boolean =>
  modesByEndpoint(state).get(endpointId)?.has(mode) ?? state.routing_mode === mode

/** @returns for which requests a field of the endpoint is in force that counts in one mode only; empty where for all. */
export function describeForce(state: Modes, endpointId: number, mode: RoutingMode): string {
  const wired = state.incoming_blocks.filter((block) =>
    state.wires.some((wire) => wire.incoming_block_id === block.id && wire.endpoint_id === endpointId),
  )
  const inForce = wired.filter((block) => modeOfBlock(state, block) === mode)
  if (wired.length === 0)
    return state.routing_mode === mode ? '' : `Not in force in ${state.routing_mode} mode.`
  if (inForce.length === wired.length) return ''
  if (inForce.length > 0) return `In force for ${inForce.map(({ name }) => name).join(', ')} only.`
  const others = [...new Set(wired.map((block) => modeOfBlock(state, block)))]
  return `Not in force in ${others.join(' and ')} mode.`
}
