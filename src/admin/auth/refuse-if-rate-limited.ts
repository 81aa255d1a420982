// Refuses requests over a rate limit.
import { gatewayError } from '../../core/gateway-error.ts'

/** Throws LB_ERR_RATE_LIMITED unless `waitS` is 0. @param what - names what is limited, in the plural. */
export function refuseIfRateLimited(waitS: number, what: string): void {
  if (waitS === 0) return
  throw gatewayError('LB_ERR_RATE_LIMITED', `Too many ${what}; try again later.`, { retryAfterS: waitS })
}
