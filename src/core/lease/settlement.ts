// The result of one attempt at one endpoint.
import type { PinKey } from '../pins/object-pins.ts'

export interface Settlement {
  /** aborted: the client left, which is neither a success nor a failure of the endpoint. */
  readonly outcome: 'success' | 'failure' | 'aborted'
  /** As the response reported them; undefined where it did not. */
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** Those of the prompt tokens that came from the backend's cache. */
  readonly cachedTokens?: number | undefined
  /** Those of the completion tokens that were spent on reasoning. */
  readonly reasoningTokens?: number | undefined
  /** The response did not report them: what the client was sent of a stream before it left, and a guess at the prompt. */
  readonly isEstimated?: boolean
  /** The object whose usage these are, which other processes may have counted at the same time. */
  readonly countsOnce?: PinKey | undefined
  /** Pieces of output received, for responses that report no usage. */
  readonly deltas: number
  readonly latencyMs: number
  /** HTTP status of the endpoint's response; undefined where it has sent none. */
  readonly status?: number | undefined
  /** From the request's arrival; undefined where no stream began, or another endpoint takes over. */
  readonly firstTokenMs?: number | undefined
  /** For a failure: the error text, without secrets. */
  readonly error?: string | undefined
  /** For a failure: the upstream's Retry-After. */
  readonly retryAfterMs?: number | undefined
  /** For a failure: whether the request, or the rights of its client, may have caused it. */
  readonly mayBeRequestFault?: boolean
  /** For a failure: does not count against the endpoint unless `countFailure` is called later. */
  readonly withheld?: boolean
  /** Another endpoint takes over: the attempt has ended, the request has not. */
  readonly superseded?: boolean
}
