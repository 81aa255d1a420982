// The bodies of Ollama's own calls, read as those of OpenAI's.
import { z } from 'zod'

const model = z.string()
const text = z.string()
const options = z.looseObject({ num_predict: z.int().nullish() }).nullish()

const generation = {
  model,
  stream: z.boolean().nullish(),
  options,
  /** `json`, or a schema. */
  format: z.union([z.literal(['', 'json']), z.looseObject({})]).nullish(),
}

interface Generation {
  readonly stream?: boolean | null | undefined
  readonly options?: { readonly num_predict?: number | null | undefined } | null | undefined
  readonly format?: string | object | null | undefined
}

function responseFormat(format: Generation['format']): object | undefined {
  if (typeof format === 'object' && format !== null)
    return { type: 'json_schema', json_schema: { schema: format } }
  return format === 'json' ? { type: 'json_object' } : undefined
}

/** Streams unless it says otherwise; a negative number of tokens is no limit. */
function asOpenai<Body extends Generation>(body: Body) {
  const limit = body.options?.num_predict ?? 0
  return {
    ...body,
    stream: body.stream ?? true,
    max_tokens: limit > 0 ? limit : undefined,
    response_format: responseFormat(body.format),
  }
}

export const ollamaBodies = {
  '/api/chat': z
    .object({
      ...generation,
      messages: z.array(z.looseObject({ role: z.string() })),
      tools: z.array(z.looseObject({})).nullish(),
    })
    .transform(asOpenai),
  '/api/generate': z
    .object({ ...generation, prompt: text.nullish(), system: text.nullish() })
    .transform(asOpenai),
}

export const ollamaTaskBodies = {
  '/api/embed': z.object({
    model,
    input: z.union([text, z.array(text).min(1)]),
    dimensions: z.int().min(1).max(8192).nullish(),
  }),
}
