// Keeps the model lists of clients as they are sent, until the models or what the clients may use changes.
import { LRUCache } from 'lru-cache'
import { allowsModel, isRestricted, type ModelAccess } from '../../core/models/model-access.ts'
import type { Model } from '../../core/models/served-models.ts'

interface ListedModels {
  /** Those that the client may use. */
  readonly models: readonly Model[]
  /** The list in OpenAI's form, as JSON. */
  readonly body: Buffer
}

interface Kept extends ListedModels {
  readonly from: readonly Model[]
  readonly block: readonly string[] | undefined
  readonly token: readonly string[] | undefined
}

export const MAX_LISTS = 1_000
const MAX_BYTES = 67_108_864

/**
 * @param client - identifies clients of equal access.
 * @param models - all that the client reaches; the same list as long as they have not changed.
 */
type ListModels = (client: string, models: readonly Model[], access: ModelAccess) => ListedModels

export function createListedModels(): ListModels {
  const kept = new LRUCache<string, Kept>({
    max: MAX_LISTS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }) => body.length,
  })
  return (client, from, access) => {
    const block = access.block?.allowedModels
    const token = access.token?.allowedModels
    const known = kept.get(client)
    if (known?.from === from && known.block === block && known.token === token) return known
    const models = isRestricted(access) ? from.filter(({ id }) => allowsModel(access, id)) : from
    const body = Buffer.from(JSON.stringify({ object: 'list', data: models }))
    const listed = { models, body, from, block, token }
    kept.set(client, listed)
    return listed
  }
}
