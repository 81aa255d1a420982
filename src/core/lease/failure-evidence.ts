// What the failures of an endpoint since its last success have in common.
import { union, type Scope } from './scope.ts'

export interface FailureEvidence {
  /** The clients and models whose requests have failed; undefined before the first failure. */
  readonly scope: Scope | undefined
  /** How many of the failures their requests cannot have caused. */
  readonly ownFailures: number
}

export const NO_EVIDENCE: FailureEvidence = { scope: undefined, ownFailures: 0 }

export const addFailure = (
  { scope, ownFailures }: FailureEvidence,
  failed: Scope,
  mayBeRequestFault: boolean,
): FailureEvidence => ({
  scope: scope === undefined ? failed : union(scope, failed),
  ownFailures: ownFailures + Number(!mayBeRequestFault),
})
