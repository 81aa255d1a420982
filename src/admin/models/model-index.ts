// The models that endpoints serve, by name, and the wires that lead to none, kept until they change.
import { setImmediate } from 'node:timers/promises'
import { uniteCards } from '../../core/models/unite-cards.ts'
import type { Model } from '../../core/models/served-models.ts'
import type { ModelsView } from '../../contract/models/models.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { findUnusableWires } from './unusable-wires.ts'

export type ModelContext = Pick<AdminContext, 'state' | 'modelCatalog' | 'reservedDigests' | 'allowAnonymous'>

interface IndexedModel {
  readonly model: Model
  /** Of those that serve it, in ascending order. */
  readonly endpointIds: readonly number[]
}

export interface ModelIndex {
  readonly revision: number
  /** By name. */
  readonly models: readonly IndexedModel[]
  readonly unusableWires: ModelsView['unusable_wires']
}

// A few milliseconds of work.
const MODELS_BETWEEN_YIELDS = 2_000

/** Lets other work go on meanwhile. */
async function buildIndex(context: ModelContext): Promise<ModelIndex> {
  const { state, modelCatalog } = context
  const revision = modelCatalog.revision()
  const byName = new Map<string, { model: Model; endpointIds: number[] }>()
  let sinceYield = 0
  for (const { id } of state.snapshot().endpoints) {
    const { models } = state.endpoint(id).served
    for (const [name, model] of models) {
      const known = byName.get(name)
      if (known) {
        known.model = uniteCards(known.model, model)
        known.endpointIds.push(id)
      } else byName.set(name, { model, endpointIds: [id] })
    }
    sinceYield += models.size
    if (sinceYield < MODELS_BETWEEN_YIELDS) continue
    sinceYield = 0
    await setImmediate()
  }
  const models = [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? [])
  return { revision, models, unusableWires: await findUnusableWires(context, models) }
}

/** @returns a function that gives the index as it was at the call or later. */
export function createModelIndex(context: ModelContext): () => Promise<ModelIndex> {
  let kept: { revision: number; index: Promise<ModelIndex> } | undefined
  return () => {
    const revision = context.modelCatalog.revision()
    if (kept?.revision !== revision) kept = { revision, index: buildIndex(context) }
    return kept.index
  }
}
