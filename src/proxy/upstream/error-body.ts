// Reads what an upstream's error response says, in the form of any engine.
import { z } from 'zod'

/** Bytes; a longer body is no error of an engine. */
export const MAX_ERROR_BYTES = 65_536

const text = z.string().optional().catch(undefined)
const fields = z.looseObject({ message: text, type: text, code: text, param: text, detail: text })
/** vLLM, llama.cpp and OpenAI have an object in `error`, Ollama's own API a text, SGLang flat members. */
const errorBody = fields.extend({ error: z.union([fields, z.string()]).optional().catch(undefined) })

export interface ErrorBody {
  readonly type: string | undefined
  readonly code: string | undefined
  readonly param: string | undefined
  /** Empty where the body has no text of a known form. */
  readonly message: string
}

/** @returns undefined where the body is no JSON object. */
export function readErrorBody(body: Buffer): ErrorBody | undefined {
  try {
    const { error, ...flat } = errorBody.parse(JSON.parse(body.toString('utf8')))
    const { message, type, code, param, detail } = typeof error === 'object' ? error : flat
    return { type, code, param, message: typeof error === 'string' ? error : (message ?? detail ?? '') }
  } catch {
    return undefined
  }
}
