/** Ranks documents: the first line of the prompt is the query, and each further line a document. */
import type { Call } from './call.ts'
import { readPromptUsage } from './prompt-usage.ts'

export const rerank: Call = {
  body({ text }) {
    const [query = '', ...documents] = text.split('\n').filter((line) => line.trim() !== '')
    // A prompt of one line is compared with itself.
    return { query, documents: documents.length > 0 ? documents : [query] }
  },
  noun: 'ranking',
  readBody: ({ results, usage }) =>
    Array.isArray(results) ? { deltas: 0, usage: readPromptUsage(usage) } : undefined,
}
