// Reads an endpoint's model list, or what stands in its place.
import { z } from 'zod'
import { UNLISTED, type ModelList } from '../../core/models/served-models.ts'

// As long as the names that an endpoint's field `models` takes.
const MAX_ID_CHARACTERS = 256

const modelList = z.object({ data: z.array(z.looseObject({ id: z.string() })) })

/** Of Hugging Face's Text Embeddings Inference and Text Generation Inference. */
const modelInfo = z.object({
  model_id: z.string().min(1).max(MAX_ID_CHARACTERS),
  max_input_length: z.int().positive().optional().catch(undefined),
})

/** Bytes; a longer list is not read. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024

/** @returns undefined where the body is not a model list. Models without an id, or with one that is too long, are left out. */
export function readModelList(body: Buffer): ModelList | undefined {
  try {
    const { data } = modelList.parse(JSON.parse(body.toString('utf8')))
    return data.filter(({ id }) => id !== '' && id.length <= MAX_ID_CHARACTERS)
  } catch {
    return undefined
  }
}

/** @param body - the response of `/info`. @returns undefined where it names no model. */
export function readModelInfo(body: Buffer): ModelList | undefined {
  try {
    const { model_id: id, max_input_length: length } = modelInfo.parse(JSON.parse(body.toString('utf8')))
    return [{ id, ...UNLISTED, ...(length !== undefined && { max_model_len: length }) }]
  } catch {
    return undefined
  }
}
