/** Embeddings of the prompt. */
import type { Call } from './call.ts'
import { readPromptUsage } from './prompt-usage.ts'

export const embeddings: Call = {
  body: ({ text }) => ({ input: text }),
  noun: 'list of embeddings',
  readBody: ({ data, usage }) =>
    Array.isArray(data) ? { deltas: 0, usage: readPromptUsage(usage) } : undefined,
}
