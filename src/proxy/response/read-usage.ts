// Reads token counts from the `usage` object of any response format.

export interface Usage {
  /** Absent where the upstream did not report it, which is not 0. */
  readonly promptTokens?: number | undefined
  readonly completionTokens?: number | undefined
  /** Those of the prompt tokens that came from the backend's cache. */
  readonly cachedTokens?: number | undefined
  /** Those of the completion tokens that were spent on reasoning. */
  readonly reasoningTokens?: number | undefined
  /** Whether the completion tokens are those of a response that has only begun. */
  readonly isRunning?: true
}

export type ReadUsage = (bytes: Buffer, start: number, end: number) => Usage | undefined

export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

type Fields = Readonly<Record<string, unknown>>

/** @returns the count in one of the objects of details, where there is one; absent details are common. */
export function detail(details: unknown, name: string): number | undefined {
  if (typeof details !== 'object' || details === null) return undefined
  const value = (details as Fields)[name]
  return isCount(value) ? value : undefined
}

/**
 * @param bytes - the `usage` object itself between `start` and `end`; need not be well-formed.
 * @returns undefined where neither count is a whole number of 0 or more.
 * @see https://platform.openai.com/docs/api-reference (chat: prompt_tokens, responses: input_tokens)
 */
export function readUsage(bytes: Buffer, start = 0, end = bytes.length): Usage | undefined {
  let usage: Fields
  try {
    usage = JSON.parse(bytes.toString('latin1', start, end)) as Fields
  } catch {
    return undefined
  }
  const promptTokens = usage.prompt_tokens ?? usage.input_tokens
  const completionTokens = usage.completion_tokens ?? usage.output_tokens
  if (!isCount(promptTokens) && !isCount(completionTokens)) return undefined
  const cachedTokens = detail(usage.prompt_tokens_details ?? usage.input_tokens_details, 'cached_tokens')
  const reasoningTokens = detail(
    usage.completion_tokens_details ?? usage.output_tokens_details,
    'reasoning_tokens',
  )
  return {
    promptTokens: isCount(promptTokens) ? promptTokens : undefined,
    completionTokens: isCount(completionTokens) ? completionTokens : undefined,
    cachedTokens,
    reasoningTokens,
  }
}
