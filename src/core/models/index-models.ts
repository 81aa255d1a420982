// Indexes and searches the models that many endpoints serve, in slices of a few milliseconds, between which other work may go on.
import { SLICE_ITEMS, sortInSlices } from '../sort-in-slices.ts'
import type { Model } from './served-models.ts'
import { uniteCards } from './unite-cards.ts'

export interface IndexedModel {
  readonly model: Model
  /** Of those that serve it, in ascending order. */
  readonly endpointIds: readonly number[]
}

interface ServingEndpoint {
  readonly id: number
  readonly models: Iterable<readonly [name: string, model: Model]>
}

const isBefore = (a: IndexedModel, b: IndexedModel): boolean => a.model.id < b.model.id

/** Yields between two slices. @param endpoints - in ascending id. @returns each model once, by name. */
export function* indexModels(endpoints: Iterable<ServingEndpoint>): Generator<void, readonly IndexedModel[]> {
  const byName = new Map<string, { model: Model; endpointIds: number[] }>()
  const all: IndexedModel[] = []
  let read = 0
  for (const { id, models } of endpoints)
    for (const [name, model] of models) {
      const known = byName.get(name)
      if (known) {
        known.model = uniteCards(known.model, model)
        known.endpointIds.push(id)
      } else {
        const indexed = { model, endpointIds: [id] }
        byName.set(name, indexed)
        all.push(indexed)
      }
      if ((read += 1) % SLICE_ITEMS === 0) yield
    }
  return yield* sortInSlices(all, isBefore)
}

/** Yields between two slices. @returns the models whose names have the text in any case; all for none. */
export function* searchModels(
  models: readonly IndexedModel[],
  text: string,
): Generator<void, readonly IndexedModel[]> {
  if (text === '') return models
  const wanted = text.toLowerCase()
  const found: IndexedModel[] = []
  let read = 0
  for (const each of models) {
    if (each.model.id.toLowerCase().includes(wanted)) found.push(each)
    if ((read += 1) % SLICE_ITEMS === 0) yield
  }
  return found
}
