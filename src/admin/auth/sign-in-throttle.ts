// Slows down who guesses the admin token.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import { createRateLimiter } from '../../core/limits/rate-limiter.ts'
import { refuseIfRateLimited } from './refuse-if-rate-limited.ts'

const FAILURES_PER_MINUTE = 20
const FAILURES_OF_TRUSTED_PER_MINUTE = 600
const MAX_TRUSTED_ADDRESSES = 1000

interface SignInThrottle {
  /** Throws LB_ERR_RATE_LIMITED where nothing that this address sends may even be looked at. */
  admit(address: string): void
  /** Counts a failure; throws LB_ERR_RATE_LIMITED where there were too many. */
  recordFailure(address: string): void
  /** The right token came from this address. */
  recordSuccess(address: string): void
}

/**
 * A stale script must not lock its neighbours out: an address from which the right token came before is listened to
 * for longer. Not for ever, since behind a proxy those who guess have the same address as those who know.
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
