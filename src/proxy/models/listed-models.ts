// Keeps the model lists of clients as they are sent, until the models or what the clients may use changes.
import { LRUCache } from 'lru-cache'
import { allowsModel, isRestricted, type ModelAccess } from '../../core/models/model-access.ts'
import type { Model } from '../../core/models/served-models.ts'
import { SLICE_ITEMS } from '../../core/sort-in-slices.ts'

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
 * Yields between two slices.
 * @param client - identifies clients of equal access.
 * @param models - all that the client reaches; the same list as long as they have not changed.
 */
type ListModels = (
  client: string,
  models: readonly Model[],
  access: ModelAccess,
) => Generator<void, ListedModels>

/** Yields between two slices, each with the models that the client may use and their JSON. */
function* writeModels(from: readonly Model[], access: ModelAccess): Generator<void, ListedModels> {
  const models: Model[] = []
  const pieces: Buffer[] = [Buffer.from('{"object":"list","data":[')]
  for (let at = 0; at < from.length; at += SLICE_ITEMS) {
    const slice = from.slice(at, at + SLICE_ITEMS)
    const allowed = isRestricted(access) ? slice.filter(({ id }) => allowsModel(access, id)) : slice
    const text = JSON.stringify(allowed).slice(1, -1)
    if (text !== '') pieces.push(Buffer.from(models.length > 0 ? `,${text}` : text))
    for (const model of allowed) models.push(model)
    if (at + SLICE_ITEMS < from.length) yield
  }
  return { models, body: Buffer.concat([...pieces, Buffer.from(']}')]) }
}

export function createListedModels(): ListModels {
  const kept = new LRUCache<string, Kept>({
    max: MAX_LISTS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }) => body.length,
  })
  return function* (client, from, access) {
    const block = access.block?.allowedModels
    const token = access.token?.allowedModels
    const known = kept.get(client)
    if (known?.from === from && known.block === block && known.token === token) return known
    const listed = { ...(yield* writeModels(from, access)), from, block, token }
    kept.set(client, listed)
    return listed
  }
}
