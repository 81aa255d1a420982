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
