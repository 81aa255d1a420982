// Builds the views of the models that endpoints serve.
import { setImmediate } from 'node:timers/promises'
import type { EndpointModelsView, ModelsQuery, ModelsView } from '../../contract/models/models.ts'
import { searchModels } from '../../core/models/index-models.ts'
import type { Model } from '../../core/models/served-models.ts'
import { runInSlices } from '../../core/run-in-slices.ts'
import { sortInSlices } from '../../core/sort-in-slices.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { ModelContext, ModelIndex } from './model-index.ts'

const MAX_NAMES = 10
const MAX_MODELS = 1_000
const MAX_CHARACTERS = 256

const shortText = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, MAX_CHARACTERS) : null

/** A backend may say anything of its models: a few members are taken. */
const cardOf = ({ max_model_len, owned_by, root, parent }: Model) => ({
  max_model_len: typeof max_model_len === 'number' ? max_model_len : null,
  owned_by: shortText(owned_by),
  root: shortText(root),
  parent: shortText(parent),
})

function summaryOf({ modelCatalog }: ModelContext, { config: { id }, list, served }: EndpointRuntime) {
  const { readAtMs, hasFailed } = modelCatalog.reading(id)
  return {
    id,
    known: list !== undefined,
    read_at: readAtMs === undefined ? null : new Date(readAtMs).toISOString(),
    failed: hasFailed,
    takes_any: served.takesAny,
    listed: list?.length ?? 0,
    served: served.models.size,
  }
}

function firstNames({ served: { models } }: EndpointRuntime): string[] {
  const names: string[] = []
  for (const name of models.keys()) if (names.push(name) === MAX_NAMES) break
  return names
}

export async function modelsView(
  context: ModelContext,
  { revision, models, unusableWires }: ModelIndex,
  { search = '', limit }: ModelsQuery,
): Promise<ModelsView> {
  const { state } = context
  const found = await runInSlices(searchModels(models, search), setImmediate)
  return {
    revision,
    total: found.length,
    models: found
      .slice(0, limit)
      .map(({ model, endpointIds }) => ({ id: model.id, ...cardOf(model), endpoint_ids: [...endpointIds] })),
    endpoints: state.snapshot().endpoints.map(({ id }) => {
      const endpoint = state.endpoint(id)
      return { ...summaryOf(context, endpoint), names: firstNames(endpoint) }
    }),
    unusable_wires: [...unusableWires],
  }
}

export async function endpointModelsView(
  context: ModelContext,
  endpoint: EndpointRuntime,
): Promise<EndpointModelsView> {
  const { list = [], served } = endpoint
  const revision = context.modelCatalog.revision()
  const listed = new Map(list.map((model) => [model.id, model]))
  const all = [...new Map([...served.models, ...listed]).values()]
  const sorted = await runInSlices(
    sortInSlices(all, (a, b) => a.id < b.id),
    setImmediate,
  )
  return {
    revision,
    ...summaryOf(context, endpoint),
    models: sorted.slice(0, MAX_MODELS).map((model) => ({
      id: model.id,
      ...cardOf(model),
      listed: listed.has(model.id),
      served: served.models.has(model.id),
    })),
  }
}
