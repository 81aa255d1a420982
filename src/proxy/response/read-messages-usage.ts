// Reads token counts in Anthropic's form, which does not count what was cached among the input tokens.
import { detail, isCount, type Usage } from './read-usage.ts'

/** With the fields from which it follows, since an event of a stream may report some of them only. */
interface MessagesUsage extends Usage {
  readonly input?: number | undefined
  readonly cacheCreation?: number | undefined
}

const sum = (...counts: readonly (number | undefined)[]): number | undefined => {
  const known = counts.filter((count) => count !== undefined)
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0)
}

/**
 * @param bytes - the `usage` object itself between `start` and `end`; need not be well-formed.
 * @param known - what the events before have reported: each field stays until it is overwritten.
 * @param isStart - whether the response has only begun.
 * @returns `known` where there is no count.
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function readMessagesUsage(
  bytes: Buffer,
  start = 0,
  end = bytes.length,
  known: MessagesUsage | undefined = undefined,
  isStart = false,
): MessagesUsage | undefined {
  let usage: Record<string, unknown>
  try {
    usage = JSON.parse(bytes.toString('latin1', start, end)) as Record<string, unknown>
  } catch {
    return known
  }
  const latest = (name: string, before: number | undefined): number | undefined =>
    isCount(usage[name]) ? usage[name] : before
  const input = latest('input_tokens', known?.input)
  const cachedTokens = latest('cache_read_input_tokens', known?.cachedTokens)
  const cacheCreation = latest('cache_creation_input_tokens', known?.cacheCreation)
  const promptTokens = sum(input, cachedTokens, cacheCreation)
  const completionTokens = latest('output_tokens', known?.completionTokens)
  if (promptTokens === undefined && completionTokens === undefined) return known
  const reasoningTokens = detail(usage.output_tokens_details, 'thinking_tokens') ?? known?.reasoningTokens
  return {
    promptTokens,
    completionTokens,
    cachedTokens,
    reasoningTokens,
    input,
    cacheCreation,
    ...(isStart ? { isRunning: true } : {}),
  }
}
