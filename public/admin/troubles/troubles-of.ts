/** Lists all that is wrong now. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { endpointCondition, type Condition } from '../endpoint-condition/endpoint-condition.ts'
import type { LiveStore } from '../state/live/live-store.ts'
import { blockTroubles, type BlockFacts } from './block-troubles.ts'
import { configurationTroubles } from './configuration-troubles.ts'
import { endpointTrouble } from './endpoint-troubles.ts'
import { connectionTroubles, workerTroubles } from './gateway-troubles.ts'
import type { Trouble } from './trouble.ts'

export interface TroubleFacts {
  readonly state: StateView | undefined
  readonly live: Pick<LiveStore, 'get'>
  /** Keys of wires that no request can take. */
  readonly unusableWires: readonly string[]
  /** Age of the last event; undefined before the first. */
  readonly dataAgeMs: number | undefined
}

/** @returns a function that makes what one state says of blocks, once for all live figures under that state. */
function readBlocks(state: StateView) {
  const wiresOfBlock = Map.groupBy(state.wires, (wire) => wire.incoming_block_id)
  const wiresOfEndpoint = Map.groupBy(state.wires, (wire) => wire.endpoint_id)
  const tokensOfBlock = Map.groupBy(state.client_tokens, (token) => token.incoming_block_id)
  const tokenNames = new Map(state.client_tokens.map(({ id, name }) => [id, name]))
  const blockNames = new Map(state.incoming_blocks.map(({ id, name }) => [id, name]))
  // While no client token exists, the first block takes the requests of all.
  const openBlockId = state.client_tokens.length === 0 ? state.incoming_blocks[0]?.id : undefined
  return {
    namesWiredTo: (endpointId: number): string[] =>
      (wiresOfEndpoint.get(endpointId) ?? []).flatMap((wire) => blockNames.get(wire.incoming_block_id) ?? []),
    factsOf(
      { id, name }: { readonly id: number; readonly name: string },
      conditions: ReadonlyMap<number, Condition>,
      live: TroubleFacts['live'],
    ): BlockFacts {
      const tokens = tokensOfBlock.get(id) ?? []
      return {
        id,
        name,
        conditions: (wiresOfBlock.get(id) ?? []).flatMap((wire) => conditions.get(wire.endpoint_id) ?? []),
        hasClients: state.endpoints.length > 0 && (tokens.length > 0 || id === openBlockId),
        tokens: tokens.map((token) => token.name),
        nameOfToken: (tokenId) => tokenNames.get(tokenId) ?? `#${tokenId}`,
        live: live.get('block', String(id)),
      }
    },
  }
}

const known = new WeakMap<StateView, ReturnType<typeof readBlocks>>()

function blocksOf(state: StateView): ReturnType<typeof readBlocks> {
  const blocks = known.get(state) ?? readBlocks(state)
  known.set(state, blocks)
  return blocks
}

function configuredTroubles(state: StateView, { live, unusableWires }: TroubleFacts): Trouble[] {
  const blocks = blocksOf(state)
  const liveOf = (id: number) => live.get('endpoint', String(id))
  const conditions = new Map(
    state.endpoints.map((one) => [one.id, endpointCondition(one, liveOf(one.id)).condition]),
  )
  return [
    ...state.incoming_blocks.flatMap((block) => blockTroubles(blocks.factsOf(block, conditions, live))),
    ...state.endpoints.flatMap(
      (one) => endpointTrouble(one, liveOf(one.id), blocks.namesWiredTo(one.id)) ?? [],
    ),
    ...configurationTroubles(state, unusableWires),
  ]
}

export function troublesOf(facts: TroubleFacts): Trouble[] {
  const { state, live, dataAgeMs } = facts
  return [
    ...connectionTroubles(dataAgeMs),
    ...workerTroubles(live.get('gateway', '')),
    ...(state === undefined ? [] : configuredTroubles(state, facts)),
  ]
}
