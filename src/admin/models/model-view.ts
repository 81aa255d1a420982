// Builds the views of the models that endpoints serve.
import type { EndpointModelsView, ModelsQuery, ModelsView } from '../../contract/models/models.ts'
import type { Model } from '../../core/models/served-models.ts'
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

export function modelsView(
  context: ModelContext,
  { revision, models, unusableWires }: ModelIndex,
  { search = '', limit }: ModelsQuery,
): ModelsView {
  const { state } = context
  const wanted = search.toLowerCase()
  const found = wanted === '' ? models : models.filter(({ model }) => model.id.toLowerCase().includes(wanted))
  return {
    revision,
    total: found.length,
    models: found
      .slice(0, limit)
      .map(({ model, endpointIds }) => ({ id: model.id, ...cardOf(model), endpoint_ids: [...endpointIds] })),
    endpoints: state.snapshot().endpoints.map(({ id }) => {
      const endpoint = state.endpoint(id)
      const names = [...endpoint.served.models.keys()].slice(0, MAX_NAMES)
      return { ...summaryOf(context, endpoint), names }
    }),
    unusable_wires: [...unusableWires],
  }
}

export function endpointModelsView(context: ModelContext, endpoint: EndpointRuntime): EndpointModelsView {
  const { list = [], served } = endpoint
  const listed = new Map(list.map((model) => [model.id, model]))
  const all = new Map([...served.models, ...listed])
  return {
    revision: context.modelCatalog.revision(),
    ...summaryOf(context, endpoint),
    models: [...all.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, MAX_MODELS)
      .map((model) => ({
        id: model.id,
        ...cardOf(model),
        listed: listed.has(model.id),
        served: served.models.has(model.id),
      })),
  }
}
