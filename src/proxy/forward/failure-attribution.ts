// Separates failures of an endpoint from those of a poison request, which fails at every endpoint with the same error and
// must not put all endpoints into cooldown.
import type { Lease } from '../../core/lease/lease.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'

/** Why an attempt failed. */
export interface AttemptFailure {
  /** Without addresses and secrets. Failures with the same text count as the same failure. */
  readonly error: string
  readonly retryAfterMs?: number | undefined
  /** A fault of the balancer itself, which is not counted against the endpoint. */
  readonly isLocal?: boolean
  /** Whether the request may have caused it. False where the endpoint has not read the request: not reached, or 401. */
  readonly mayBeRequestFault?: boolean
}

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
 * @param attribution - the failures before; undefined for the first, which is counted at once unless a failure of an
 * equal request has been counted before.
 * @returns the failures with this one, and whether the breaker must not count this one for now.
 */
export function attributeFailure(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution | undefined,
  failure: AttemptFailure,
  digestOf: (() => string) | undefined,
): { attribution: FailureAttribution; isWithheld: boolean } {
  if (attribution === undefined) {
    let computed: string | undefined
    const digest = digestOf && ((): string => (computed ??= digestOf()))
    const first: FailureAttribution = { firstError: failure.error, isAlike: true, withheld: [], digest }
    return {
      attribution: first,
      isWithheld:
        failure.mayBeRequestFault === true && digest !== undefined && poisonRequests.suspect(digest()),
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

/** Marks a request that has finally failed as poison. @param endpoints - at how many it has failed. */
export function markAsPoison(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution,
  failure: AttemptFailure,
  endpoints: number,
): void {
  const { isAlike, digest } = attribution
  if (!isAlike || failure.mayBeRequestFault !== true || digest === undefined) return
  // A failure at a single endpoint may be that endpoint's own.
  if (endpoints > 1 || poisonRequests.isPoison(digest)) poisonRequests.markPoison(digest())
  else countAgainstEndpoints(poisonRequests, attribution)
}
