// Unites the model lists of several endpoints.
import { LRUCache } from 'lru-cache'
import type { Model, ServedModels } from '../../core/models/served-models.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'

const byId = (a: Model, b: Model): number => (a.id < b.id ? -1 : Number(a.id > b.id))

const isNumber = (value: unknown): value is number => typeof value === 'number'

/** Clients trim prompts to `max_model_len`, and any of the endpoints may serve them: the least holds. */
function unite(first: Model, { max_model_len: length }: Model): Model {
  const { max_model_len: known } = first
  if (!isNumber(length) || (isNumber(known) && known <= length)) return first
  return { ...first, max_model_len: length }
}

/** @returns one card for each model, in order of its id: that of the first endpoint, with the least `max_model_len` of all. */
function uniteModels(served: readonly ServedModels[]): readonly Model[] {
  const united = new Map<string, Model>()
  for (const { models } of served)
    for (const [id, model] of models) {
      const known = united.get(id)
      united.set(id, known ? unite(known, model) : model)
    }
  return [...united.values()].sort(byId)
}

interface United {
  readonly served: readonly ServedModels[]
  readonly models: readonly Model[]
}

/** Unions that are kept: clients differ in the endpoints that they reach. */
const MAX_KEPT = 100

export type UniteModels = (endpoints: readonly EndpointRuntime[]) => readonly Model[]

/** @returns the union of what the endpoints serve, which is made anew only where one of them serves other models. */
export function createModelUnion(): UniteModels {
  const kept = new LRUCache<string, United>({ max: MAX_KEPT })
  return (endpoints) => {
    const key = endpoints.map(({ config }) => config.id).join()
    const served = endpoints.map((endpoint) => endpoint.served)
    const known = kept.get(key)
    if (known?.served.length === served.length && known.served.every((each, at) => each === served[at]))
      return known.models
    const models = uniteModels(served)
    kept.set(key, { served, models })
    return models
  }
}
