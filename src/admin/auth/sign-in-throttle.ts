// Limits failed sign-ins per address, against guessing of the admin token.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import { createRateLimiter } from '../../core/limits/rate-limiter.ts'
import { refuseIfRateLimited } from './refuse-if-rate-limited.ts'

const FAILURES_PER_MINUTE = 20
const FAILURES_OF_TRUSTED_PER_MINUTE = 600
const MAX_TRUSTED_ADDRESSES = 1000

interface SignInThrottle {
  /** Throws LB_ERR_RATE_LIMITED if this address has used up its failures. Called before a credential is checked. */
  admit(address: string): void
  /** Counts a failure. Throws LB_ERR_RATE_LIMITED if there were too many. */
  recordFailure(address: string): void
  /** Marks the address as one that has sent the right token. */
  recordSuccess(address: string): void
}

/**
 * An address that has sent the right token before is allowed more failures, so that a script with an old token does not
 * lock out others on its address. The number stays limited, because behind a proxy an attacker shares that address.
 */
export function createSignInThrottle(clock: Clock): SignInThrottle {
  const failures = createRateLimiter(clock, FAILURES_PER_MINUTE)
  const failuresOfTrusted = createRateLimiter(clock, FAILURES_OF_TRUSTED_PER_MINUTE)
  const trusted = new LRUCache<string, true>({ max: MAX_TRUSTED_ADDRESSES })
  const what = 'failed sign-ins'

  return {
    admit: (address) =>
      refuseIfRateLimited((trusted.has(address) ? failuresOfTrusted : failures).check(address), what),
    recordFailure(address) {
      failuresOfTrusted.take(address)
      refuseIfRateLimited(failures.take(address), what)
    },
    recordSuccess: (address) => void trusted.set(address, true),
  }
}
