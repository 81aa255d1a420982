// Limits wrong credentials, per address and in all, against guessing of the admin token.
import type { Clock } from '../../core/clock.ts'
import { createRateLimiter } from '../../core/limits/rate-limiter.ts'
import { refuseIfRateLimited } from './refuse-if-rate-limited.ts'

const FAILURES_PER_MINUTE = 20
const ALL_FAILURES_PER_MINUTE = 600

/**
 * Counts a wrong credential, after it has been compared: a right one is never refused for the wrong ones of others, who may
 * share its sender's address. Throws LB_ERR_RATE_LIMITED if there were too many.
 */
export type RecordFailure = (address: string) => void

export function createSignInThrottle(clock: Clock): RecordFailure {
  const byAddress = createRateLimiter(clock, FAILURES_PER_MINUTE)
  const all = createRateLimiter(clock, ALL_FAILURES_PER_MINUTE)
  return (address) => refuseIfRateLimited(byAddress.take(address) || all.take(''), 'failed sign-ins')
}
