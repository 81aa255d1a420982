// Models in the form that Ollama's clients read.
import type { Model } from '../../core/models/served-models.ts'
import { createdAt } from './created-at.ts'

/** What backends of other kinds do not tell is empty: clients read these members unchecked. */
const NO_DETAILS = {
  parent_model: '',
  format: '',
  family: '',
  families: [],
  parameter_size: '',
  quantization_level: '',
}

const UNKNOWN = 'unknown'
const NEVER = '9999-12-31T23:59:59Z'

interface OllamaModel {
  readonly name: string
  readonly model: string
  readonly modified_at: string
  /** In bytes; 0 where it is not known. */
  readonly size: number
  readonly digest: string
  readonly details: typeof NO_DETAILS
}

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models */
export const ollamaModel = (model: Model): OllamaModel => ({
  name: model.id,
  model: model.id,
  modified_at: createdAt(model),
  size: 0,
  digest: '',
  details: NO_DETAILS,
})

/**
 * A model whose backend keeps it in memory, as most kinds do for good.
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md#list-running-models
 */
export const runningModel = (model: Model) => {
  const { name, size, digest, details } = ollamaModel(model)
  const { max_model_len: length } = model
  return {
    name,
    model: name,
    size,
    digest,
    details,
    expires_at: NEVER,
    size_vram: 0,
    ...(typeof length === 'number' ? { context_length: length } : {}),
  }
}

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md#show-model-information */
export const shownModel = (model: Model) => {
  const { details, modified_at } = ollamaModel(model)
  const { max_model_len: length } = model
  return {
    modelfile: '',
    parameters: '',
    template: '',
    license: '',
    details,
    model_info: {
      'general.architecture': UNKNOWN,
      'general.basename': model.id,
      ...(typeof length === 'number' ? { [`${UNKNOWN}.context_length`]: length } : {}),
    },
    // Whatever else it can do, its backend does not tell.
    capabilities: ['completion'],
    modified_at,
  }
}
