// The counters that survive a restart, by endpoint and by client token.

export interface EndpointCounters {
  totalRequests: number
  totalSuccess: number
  totalFailures: number
  consecutiveFailures: number
  /** Exponential moving average over successes, alpha 0.1; 0 before the first. */
  avgLatencyMs: number
  promptTokens: number
  completionTokens: number
}

export interface TokenCounters {
  totalRequests: number
  promptTokens: number
  completionTokens: number
}

/** Counters as the store returns them at the start and the flusher writes them. */
export interface StoredCounters {
  readonly endpoints: ReadonlyMap<number, Readonly<EndpointCounters>>
  readonly tokens: ReadonlyMap<number, Readonly<TokenCounters>>
}

export const zeroEndpointCounters = (): EndpointCounters => ({
  totalRequests: 0,
  totalSuccess: 0,
  totalFailures: 0,
  consecutiveFailures: 0,
  avgLatencyMs: 0,
  promptTokens: 0,
  completionTokens: 0,
})

export const zeroTokenCounters = (): TokenCounters => ({
  totalRequests: 0,
  promptTokens: 0,
  completionTokens: 0,
})
