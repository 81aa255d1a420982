/** The state of the connection to the bridge. */
export interface BridgeStatus {
  readonly state: 'connecting' | 'open' | 'closed'
  /** Why the connection is not open, as UI text; empty while it is open. */
  readonly reason: string
  /** Milliseconds from this report to the next attempt; null when none is scheduled. */
  readonly retryInMs: number | null
}
