// Tells an endpoint's failure from that of a poison request, which fails alike wherever it goes and must not cool the fleet.
import type { Lease } from '../../core/lease/lease.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'

/** Why an attempt failed. */
export interface AttemptFailure {
  /** In words without addresses and secrets; failures of the same words are alike. */
  readonly error: string
  readonly retryAfterMs?: number | undefined
  /** The balancer's own trouble, which no endpoint is to blame for. */
  readonly isLocal?: boolean
  /** Whether it may be the request's own fault: an endpoint that was never reached, or wants a key, has not read it. */
  readonly mayBeRequestFault?: boolean
}

/** What the failures of one request have in common so far. */
export interface FailureAttribution {
  readonly firstError: string
  /** Whether nobody knows yet whose fault it is: no attempt went well, or failed otherwise. */
  isAlike: boolean
  /** Settled leases whose failures are not counted as long as that is so. */
  readonly withheld: Lease[]
  /** Of the request; undefined where it can be no request's fault any more. */
  readonly digest: (() => string) | undefined
}

/**
 * Takes in a failure that is not local, before its lease is settled.
 * @param blame - of the request's failures before; undefined for its first, which counts at once unless one of the same
 * request has been counted already.
 * @returns what is known now, and whether this failure is to be withheld.
 */
export function attributeFailure(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution | undefined,
  failure: AttemptFailure,
  digestOf: (() => string) | undefined,
): { attribution: FailureAttribution; isWithheld: boolean } {
  if (attribution === undefined) {
    let known: string | undefined
    const digest = digestOf && ((): string => (known ??= digestOf()))
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

/** The request went well somewhere, or failed otherwise: what was withheld is the endpoints' own. */
export function countAgainstEndpoints(poisonRequests: PoisonRequests, attribution: FailureAttribution): void {
  if (!attribution.isAlike) return
  attribution.isAlike = false
  for (const lease of attribution.withheld.splice(0)) lease.countFailure()
  if (attribution.digest) poisonRequests.clear(attribution.digest)
}

/** The request has failed for good, at so many endpoints. */
export function markAsPoison(
  poisonRequests: PoisonRequests,
  attribution: FailureAttribution,
  failure: AttemptFailure,
  endpoints: number,
): void {
  const { isAlike, digest } = attribution
  if (!isAlike || failure.mayBeRequestFault !== true || digest === undefined) return
  // One endpoint alone may well be the one that fails.
  if (endpoints > 1 || poisonRequests.isPoison(digest)) poisonRequests.markPoison(digest())
  else countAgainstEndpoints(poisonRequests, attribution)
}
