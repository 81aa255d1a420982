/** The token counts that a response reports. */
import { isJsonObject } from './json-object.ts'

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * @param prompt - the members whose sum is the prompt's count; the first must be there.
 * @param completion - the member with the completion's count.
 */
export function readUsage(value: unknown, prompt: readonly string[], completion: string): Partial<Usage> {
  if (!isJsonObject(value)) return {}
  const [first = '', ...others] = prompt
  const promptTokens = value[first]
  const completionTokens = value[completion]
  const cached = others.map((name) => value[name]).filter(isCount)
  return {
    ...(isCount(promptTokens) ? { promptTokens: cached.reduce((sum, one) => sum + one, promptTokens) } : {}),
    ...(isCount(completionTokens) ? { completionTokens } : {}),
  }
}
