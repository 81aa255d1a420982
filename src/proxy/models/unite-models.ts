// Unites the model lists of several endpoints, with the aliases for what they serve.
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { UNLISTED, type Model, type ServedModels } from '../../core/models/served-models.ts'
import { uniteCards } from '../../core/models/unite-cards.ts'
import { runInSlices } from '../../core/run-in-slices.ts'
import { SLICE_ITEMS, sortInSlices } from '../../core/sort-in-slices.ts'
import { isServedBy } from '../../core/routing/served-wires.ts'
import type { AliasConfig } from '../../core/state/configuration.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'

const isBefore = (a: Model, b: Model): boolean => a.id < b.id

function addCard(united: Map<string, Model>, id: string, card: Model): void {
  const known = united.get(id)
  united.set(id, known ? uniteCards(known, card) : { ...card, id })
}

/** The card of an alias is that of its first target that is served, with the least `max_model_len` of all its targets. */
function aliasCard(alias: AliasConfig, endpoints: readonly EndpointRuntime[]): Model {
  const cards = new Map<string, Model>()
  for (const { model, endpoint_id } of alias.targets)
    for (const { config, served } of endpoints) {
      const card = served.models.get(model)
      if (card && (endpoint_id === null || endpoint_id === config.id)) addCard(cards, alias.name, card)
    }
  return cards.get(alias.name) ?? { ...UNLISTED, id: alias.name }
}

/** Yields between two slices. @returns one card for each model, in order of its id: that of the first endpoint, with the least `max_model_len` of all. */
export function* uniteModels(
  endpoints: readonly EndpointRuntime[],
  aliases: readonly AliasConfig[],
): Generator<void, readonly Model[]> {
  const united = new Map<string, Model>()
  let read = 0
  for (const { served } of endpoints)
    for (const [id, model] of served.models) {
      addCard(united, id, model)
      if ((read += 1) % SLICE_ITEMS === 0) yield
    }
  // An alias comes before a model of its name, here as in routing.
  for (const alias of aliases) {
    if (isServedBy(alias, endpoints)) united.set(alias.name, aliasCard(alias, endpoints))
    else united.delete(alias.name)
  }
  return yield* sortInSlices([...united.values()], isBefore)
}

interface United {
  readonly served: readonly ServedModels[]
  readonly aliases: readonly AliasConfig[]
  readonly models: Promise<readonly Model[]>
}

/** Unions that are kept: clients differ in the endpoints that they reach. */
const MAX_KEPT = 100

export type UniteModels = (
  endpoints: readonly EndpointRuntime[],
  aliases: readonly AliasConfig[],
) => Promise<readonly Model[]>

/** @returns the union of what the endpoints serve, which is made anew only where they or the aliases have changed. */
export function createModelUnion(): UniteModels {
  const kept = new LRUCache<string, United>({ max: MAX_KEPT })
  return (endpoints, aliases) => {
    const key = endpoints.map(({ config }) => config.id).join()
    const served = endpoints.map((endpoint) => endpoint.served)
    const known = kept.get(key)
    if (
      known?.aliases === aliases &&
      known.served.length === served.length &&
      known.served.every((each, at) => each === served[at])
    )
      return known.models
    const models = runInSlices(uniteModels(endpoints, aliases), setImmediate)
    kept.set(key, { served, aliases, models })
    return models
  }
}
