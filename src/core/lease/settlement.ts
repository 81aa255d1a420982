// The result of one attempt at one endpoint.

export interface Settlement {
  /** aborted: the client left; neither a success nor a failure of the endpoint. */
  readonly outcome: 'success' | 'failure' | 'aborted'
  /** As the answer reported them; undefined where it did not. */
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** Pieces of output seen go by, for answers that report no usage. */
  readonly deltas: number
  readonly latencyMs: number
  /** From the request's arrival; undefined where no stream began, or another endpoint's will be the client's. */
  readonly firstTokenMs?: number | undefined
  /** Of a failure: what happened, in words without secrets. */
  readonly error?: string | undefined
  /** Of a failure: the upstream's Retry-After. */
  readonly retryAfterMs?: number | undefined
  /** Of a failure: leaves open whether it is the endpoint's own; `blame` tells later that it was. */
  readonly withheld?: boolean
  /** Another endpoint takes over: the request itself is not over. */
  readonly superseded?: boolean
}
