// The counters that survive a restart, by endpoint and by client token.

/** Tokens as responses report them. */
interface TokenSums {
  promptTokens: number
  completionTokens: number
  /** Those of the prompt tokens that came from the backend's cache. */
  cachedTokens: number
  /** Those of the completion tokens that were spent on reasoning. */
  reasoningTokens: number
}

export interface EndpointCounters extends TokenSums {
  totalRequests: number
  totalSuccess: number
  totalFailures: number
  consecutiveFailures: number
  /** Exponential moving average over successes, alpha 0.1; 0 before the first. */
  avgLatencyMs: number
}

export interface TokenCounters extends TokenSums {
  totalRequests: number
}

/** Counters as the store returns them at the start and the flusher writes them. */
export interface StoredCounters {
  readonly endpoints: ReadonlyMap<number, Readonly<EndpointCounters>>
  readonly tokens: ReadonlyMap<number, Readonly<TokenCounters>>
}

const zeroSums = (): TokenSums => ({
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
})

export const zeroEndpointCounters = (): EndpointCounters => ({
  totalRequests: 0,
  totalSuccess: 0,
  totalFailures: 0,
  consecutiveFailures: 0,
  avgLatencyMs: 0,
  ...zeroSums(),
})

export const zeroTokenCounters = (): TokenCounters => ({
  totalRequests: 0,
  ...zeroSums(),
})
