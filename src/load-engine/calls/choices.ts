/** Reads the choices of chat completions and completions. */
import type { Content, Prompt } from './call.ts'
import { objectsOf, type JsonObject } from './json-object.ts'
import { readUsage } from './usage.ts'

/** @param hasContent - whether a choice has any. */
export function readChoices(
  body: JsonObject,
  hasContent: (choice: JsonObject) => boolean,
): Content | undefined {
  const { choices, usage } = body
  if (!Array.isArray(choices)) return undefined
  return {
    deltas: objectsOf(choices).filter(hasContent).length,
    usage: readUsage(usage, ['prompt_tokens'], 'completion_tokens'),
  }
}

/** The members that both calls have. */
export const samplingOf = ({
  maxTokens,
  temperature,
  seed,
  stream,
}: Omit<Prompt, 'system' | 'text' | 'history'>) => ({
  ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
  ...(temperature === null ? {} : { temperature }),
  ...(seed === null ? {} : { seed }),
  ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
})
