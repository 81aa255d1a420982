// Tells an endpoint's failure from that of a poison request, which fails alike wherever it goes and must not cool the fleet.
import type { Lease } from '../core/lease.ts'
import type { SuspectRequests } from '../core/suspect-requests.ts'

/** Why an attempt failed. */
export interface AttemptFailure {
  /** In words without addresses and secrets; failures of the same words are alike. */
  readonly error: string
  readonly retryAfterMs?: number | undefined
  /** The balancer's own trouble, which no endpoint is to blame for. */
  readonly isLocal?: boolean
  /** Whether it may be the request's own fault: an endpoint that was never reached, or wants a key, has not read it. */
  readonly isRequests?: boolean
}

/** What the failures of one request have in common so far. */
export interface Blame {
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
export function weighFailure(
  suspects: SuspectRequests,
  blame: Blame | undefined,
  failure: AttemptFailure,
  digestOf: (() => string) | undefined,
): { blame: Blame; isWithheld: boolean } {
  if (blame === undefined) {
    let known: string | undefined
    const digest = digestOf && ((): string => (known ??= digestOf()))
    const first: Blame = { firstError: failure.error, isAlike: true, withheld: [], digest }
    return {
      blame: first,
      isWithheld: failure.isRequests === true && digest !== undefined && suspects.accuse(digest()),
    }
  }
  if (blame.isAlike && failure.error === blame.firstError) return { blame, isWithheld: true }
  acquit(suspects, blame)
  return { blame, isWithheld: false }
}

/** The request went well somewhere, or failed otherwise: what was withheld is the endpoints' own. */
export function acquit(suspects: SuspectRequests, blame: Blame): void {
  if (!blame.isAlike) return
  blame.isAlike = false
  for (const lease of blame.withheld.splice(0)) lease.blame()
  if (blame.digest) suspects.acquit(blame.digest)
}

/** The request has failed for good, at so many endpoints. */
export function convict(
  suspects: SuspectRequests,
  blame: Blame,
  failure: AttemptFailure,
  endpoints: number,
): void {
  const { isAlike, digest } = blame
  if (!isAlike || failure.isRequests !== true || digest === undefined) return
  // One endpoint alone may well be the one that fails.
  if (endpoints > 1 || suspects.isConvicted(digest)) suspects.convict(digest())
  else acquit(suspects, blame)
}
