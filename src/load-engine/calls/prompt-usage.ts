/** The token counts of calls that write no text. Some backends report their sum alone, which is the prompt's. */
import { readUsage, type Usage } from './usage.ts'

export function readPromptUsage(value: unknown): Partial<Usage> {
  const sum = readUsage(value, ['total_tokens'], '')
  const { promptTokens } = { ...sum, ...readUsage(value, ['prompt_tokens'], '') }
  return promptTokens === undefined ? {} : { promptTokens, completionTokens: 0 }
}
