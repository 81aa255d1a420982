// Separates failures of an endpoint from those of a poison request, which fails at every endpoint with the same error and
// must not put all endpoints into cooldown.
import type { Lease } from '../../core/lease/lease.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import { readRetryAfterMs } from '../upstream/retry-after.ts'
import { causeOfStatus } from '../upstream/upstream-fault.ts'

/**
 * What an attempt's failure may be due to:
 * - `endpoint`: the endpoint itself, as the request cannot have caused it: not reached, 429, 503, 529;
 * - `access`: the rights of the client or for the model, or the endpoint's key: 401, 403;
 * - `request`: the content of the request, which may even have ended the endpoint's process.
 */
type FailureCause = 'endpoint' | 'access' | 'request'

/** Why an attempt failed. */
export interface AttemptFailure {
  /** Without addresses and secrets. Failures with the same text count as the same failure. */
  readonly error: string
  /** Of the endpoint's response; undefined where that is not the failure. */
  readonly status?: number
  readonly retryAfterMs?: number | undefined
  /** A fault of the balancer itself, which is not counted against the endpoint. */
  readonly isLocal?: boolean
  /** Default `endpoint`. */
  readonly cause?: FailureCause
  /** Whether the endpoint has not failed, but was not waited for any longer. */
  readonly isGivenUp?: boolean
  /** Whether the connection broke after the request was begun and before any byte of a response. */
  readonly isBreak?: boolean
}

/** The failure that a response's status is. @param status - one of failure, or a redirect. */
export const statusFailure = (status: number, headers: ResponseHeaders): AttemptFailure => ({
  error: `status ${status}`,
  status,
  retryAfterMs: status === 429 || status === 503 ? readRetryAfterMs(headers, Date.now()) : undefined,
  cause: causeOfStatus(status),
})

export const mayBeRequestFault = ({ cause = 'endpoint' }: AttemptFailure): boolean => cause !== 'endpoint'

/** Whether the endpoint may have begun to work on the request, or still does. */
export const hasBegunWork = ({ cause, isGivenUp = false }: AttemptFailure): boolean =>
  cause === 'request' || isGivenUp

/** The failures of one request so far. */
export interface FailureAttribution {
  readonly firstError: string
  /** Whether the cause is still open: every attempt so far has failed with `firstError`. */
  isAlike: boolean
  /** Settled leases whose failures are not counted while `isAlike`. */
  readonly withheld: Lease[]
  /** The digest of the request; undefined after the commit, when the body is gone. */
  readonly digest: (() => string) | undefined
}

/**
 * Adds a failure that is not local, before its lease is settled.
 * @param attribution - the failures before; undefined for the first.
 * @param endpointServes - whether the endpoint has served other requests recently: then a first failure that the request
 * may have caused is not counted before it is known whether other endpoints fail alike.
 * @returns the failures with this one, and whether the breaker must not count this one for now.
 */
export function attributeFailure(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution | undefined,
  failure: AttemptFailure,
  digestOf: (() => string) | undefined,
  endpointServes: boolean,
): { attribution: FailureAttribution; isWithheld: boolean } {
  if (attribution === undefined) {
    let computed: string | undefined
    const digest = digestOf && ((): string => (computed ??= digestOf()))
    const first: FailureAttribution = { firstError: failure.error, isAlike: true, withheld: [], digest }
    // A failure of an equal request is counted already, or is going to be.
    const isRepeated = failure.cause === 'request' && digest !== undefined && poisonRequests.suspect(digest())
    return {
      attribution: first,
      isWithheld: isRepeated || (endpointServes && mayBeRequestFault(failure)),
    }
  }
  if (attribution.isAlike && failure.error === attribution.firstError)
    return { attribution, isWithheld: true }
  countAgainstEndpoints(poisonRequests, attribution)
  return { attribution, isWithheld: false }
}

/** Counts the withheld failures against their endpoints: the request succeeded elsewhere, or failed in another way. */
export function countAgainstEndpoints(poisonRequests: PoisonRequests, attribution: FailureAttribution): void {
  if (!attribution.isAlike) return
  attribution.isAlike = false
  for (const lease of attribution.withheld.splice(0)) lease.countFailure()
  if (attribution.digest) poisonRequests.clear(attribution.digest)
}

/**
 * Ends the attribution of a request that has finally failed: what failed alike at several endpoints is the request's own.
 * @param endpoints - at how many it has failed.
 */
export function concludeFailure(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution,
  failure: AttemptFailure,
  endpoints: number,
): void {
  const { isAlike, digest } = attribution
  if (!isAlike) return
  const suspect = failure.cause === 'request' ? digest : undefined
  // A failure at a single endpoint may be that endpoint's own.
  if (endpoints === 1 && !(suspect && poisonRequests.isPoison(suspect)))
    return countAgainstEndpoints(poisonRequests, attribution)
  attribution.withheld.length = 0
  if (suspect) poisonRequests.markPoison(suspect())
}

/** Ends the attribution of a request that ended before it was known whether all endpoints fail it alike. */
export function abandonAttribution(poisonRequests: PoisonRequests, attribution: FailureAttribution): void {
  const { isAlike, digest, withheld } = attribution
  if (!isAlike || (digest && poisonRequests.isPoison(digest))) return
  for (const lease of withheld.splice(0)) lease.countFailure()
}
