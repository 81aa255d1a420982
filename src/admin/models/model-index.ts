// The models that endpoints serve, by name, and the wires that lead to none, kept until they change.
import { setImmediate } from 'node:timers/promises'
import { indexModels, type IndexedModel } from '../../core/models/index-models.ts'
import { runInSlices } from '../../core/run-in-slices.ts'
import type { ModelsView } from '../../contract/models/models.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { findUnusableWires } from './unusable-wires.ts'

export type ModelContext = Pick<AdminContext, 'state' | 'modelCatalog' | 'reservedDigests' | 'allowAnonymous'>

export interface ModelIndex {
  readonly revision: number
  /** By name. */
  readonly models: readonly IndexedModel[]
  readonly unusableWires: ModelsView['unusable_wires']
}

async function buildIndex(context: ModelContext): Promise<ModelIndex> {
  const { state, modelCatalog } = context
  const revision = modelCatalog.revision()
  const endpoints = state
    .snapshot()
    .endpoints.map(({ id }) => ({ id, models: state.endpoint(id).served.models }))
  const models = await runInSlices(indexModels(endpoints), setImmediate)
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
