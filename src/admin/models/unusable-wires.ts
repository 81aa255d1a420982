// Finds the wires that no request can take, as no client of the block may ask for anything that the endpoint serves.
import { setImmediate } from 'node:timers/promises'
import type { ModelsView } from '../../contract/models/models.ts'
import { isRestricted, type ModelAccess } from '../../core/models/model-access.ts'
import { usableEndpoints, type Fleet } from '../../core/routing/usable-endpoints.ts'
import type { Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import type { AdminContext } from '../http/admin-context.ts'

type WireContext = Pick<AdminContext, 'state' | 'reservedDigests' | 'allowAnonymous'>
type UnusableWires = ModelsView['unusable_wires']

/** Of a block. With more of them its wires are taken for usable, so that the time is bounded. */
const MAX_LISTS = 1_000

/** The tokens of each block, one of those with equal lists. */
function tokensByBlock({ tokens }: Snapshot): ReadonlyMap<number, readonly TokenConfig[]> {
  const byBlock = new Map<number, Map<string, TokenConfig>>()
  for (const token of tokens) {
    const byList = byBlock.get(token.blockId) ?? new Map<string, TokenConfig>()
    byBlock.set(token.blockId, byList)
    const key = token.allowedModels.length === 0 ? '' : JSON.stringify(token.allowedModels)
    if (!byList.has(key)) byList.set(key, token)
  }
  return new Map([...byBlock].map(([id, byList]) => [id, [...byList.values()]]))
}

/** Lets other work go on between clients. @returns the wires in the order of the configuration. */
export async function findUnusableWires(
  { state, reservedDigests, allowAnonymous = false }: WireContext,
  models: Fleet['models'],
): Promise<UnusableWires> {
  const snapshot = state.snapshot()
  const { aliases, blocks, defaultBlockId, endpointsByBlock, settings } = snapshot
  const isOpen = allowAnonymous || reservedDigests.size > 0 || !settings.tokensEverCreated
  const tokens = tokensByBlock(snapshot)
  const usable = new Map<number, Set<number>>()
  for (const block of blocks) {
    const stored: readonly (TokenConfig | null)[] = tokens.get(block.id) ?? []
    // A block without tokens is judged by its own list.
    const others = stored.length === 0 || (isOpen && block.id === defaultBlockId) ? [null] : []
    const clients: readonly ModelAccess[] = [...stored, ...others].map((token) => ({ block, token }))
    if (!clients.every(isRestricted) || clients.length > MAX_LISTS) continue
    const endpoints = (endpointsByBlock.get(block.id) ?? []).map(({ id }) => state.endpoint(id))
    const ids = new Set<number>()
    for (const client of clients) {
      if (endpoints.every(({ config }) => ids.has(config.id))) break
      for (const id of usableEndpoints(client, endpoints, { models, aliases })) ids.add(id)
      await setImmediate()
    }
    usable.set(block.id, ids)
  }
  return snapshot.wires
    .filter(({ blockId, endpointId }) => usable.get(blockId)?.has(endpointId) === false)
    .map(({ blockId, endpointId }) => ({ incoming_block_id: blockId, endpoint_id: endpointId }))
}
