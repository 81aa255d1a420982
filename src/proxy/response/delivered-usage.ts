// The usage of a stream that ended before its endpoint reported any: what was delivered, and an estimate of its prompt.
import type { Usage } from './read-usage.ts'
import type { ResponseReader } from './response-reader.ts'

export interface DeliveredUsage {
  readonly usage: Usage | undefined
  /** Whether a count is the balancer's own: output events for completion tokens, bytes for prompt tokens. */
  readonly isEstimated: boolean
}

// English text has about four bytes a token; the JSON around it and the chat template come near to each other.
const BYTES_PER_TOKEN = 4

/**
 * @param reader - undefined where no response has begun.
 * @param hasEnded - whether the endpoint itself ended the response: then only what it reported counts.
 * @param bodyBytes - length of the request's body.
 */
export function deliveredUsage(
  reader: ResponseReader | undefined,
  hasEnded: boolean,
  bodyBytes: number,
): DeliveredUsage {
  const usage = reader?.facts.usage
  const deltas = reader?.facts.deltas ?? 0
  const isWhole =
    usage?.promptTokens !== undefined && usage.completionTokens !== undefined && !usage.isRunning
  if (hasEnded || deltas === 0 || isWhole) return { usage, isEstimated: false }
  const promptTokens = usage?.promptTokens ?? Math.max(1, Math.round(bodyBytes / BYTES_PER_TOKEN))
  const completionTokens = usage?.isRunning ? deltas : (usage?.completionTokens ?? deltas)
  return { usage: { ...usage, promptTokens, completionTokens }, isEstimated: true }
}
