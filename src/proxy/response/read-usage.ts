// Reads token counts from the `usage` object of any response format.

export interface Usage {
  /** Absent where the upstream did not report it, which is not 0. */
  readonly promptTokens?: number
  readonly completionTokens?: number
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/**
 * @param bytes - the `usage` object itself between `start` and `end`; need not be well-formed.
 * @returns undefined where neither count is a whole number of 0 or more.
 * @see https://platform.openai.com/docs/api-reference (chat: prompt_tokens, responses: input_tokens)
 */
export function readUsage(bytes: Buffer, start = 0, end = bytes.length): Usage | undefined {
  let usage: Record<string, unknown>
  try {
    usage = JSON.parse(bytes.toString('latin1', start, end)) as Record<string, unknown>
  } catch {
    return undefined
  }
  const promptTokens = usage.prompt_tokens ?? usage.input_tokens
  const completionTokens = usage.completion_tokens ?? usage.output_tokens
  if (!isCount(promptTokens)) return isCount(completionTokens) ? { completionTokens } : undefined
  return isCount(completionTokens) ? { promptTokens, completionTokens } : { promptTokens }
}
