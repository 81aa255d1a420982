// Refuses what comes too often.
import { gatewayError } from '../../core/gateway-error.ts'

/** Throws LB_ERR_RATE_LIMITED unless `waitS` is 0. @param what - the things that are too many. */
export function refuseIfRateLimited(waitS: number, what: string): void {
  if (waitS === 0) return
  throw gatewayError('LB_ERR_RATE_LIMITED', `Too many ${what}; try again later.`, { retryAfterS: waitS })
}
