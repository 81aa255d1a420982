// Recognises the error response of an endpoint that does not have the requested model.
import { z } from 'zod'

const NOT_FOUND = 404
/** Bytes; a longer body is no error of an engine. */
export const MAX_ERROR_BYTES = 65_536

const text = z.string().optional().catch(undefined)
const fields = z.looseObject({ message: text, type: text, code: text, param: text, detail: text })
/** vLLM, llama.cpp and OpenAI have an object in `error`, Ollama's own API a text, SGLang flat members. */
const errorBody = fields.extend({ error: z.union([fields, z.string()]).optional().catch(undefined) })

const namesModel = /\bmodel\b/i
const saysMissing = /not found|not exist|not available|no such|unknown/i

/** Whether only the body tells, which has to be read before the response can be passed on. */
export const mayLackModel = (status: number, model: string | undefined): boolean =>
  status === NOT_FOUND && model !== undefined

/** @param body - of a response for which `mayLackModel` holds. */
export function saysModelMissing(body: Buffer): boolean {
  try {
    const { error, ...flat } = errorBody.parse(JSON.parse(body.toString('utf8')))
    const { message, type, code, param, detail } = typeof error === 'object' ? error : flat
    if (code === 'model_not_found' || param === 'model') return true
    const said = typeof error === 'string' ? error : (message ?? detail ?? '')
    // Anthropic names the model and says no more.
    return namesModel.test(said) && (type === 'not_found_error' || saysMissing.test(said))
  } catch {
    return false
  }
}
