// Detects requests that an endpoint led back to the balancer, which would send them out again and again.
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

/** Lists the ids of the balancers that a request has been at, as Via does for proxies in general. */
export const VIA_HEADER = 'x-lb-via'

// Two dozen balancers; a longer list is not a legitimate path.
const MAX_CHARACTERS = 1024

/** @param given - the header's value as it arrived. @returns its value upstream. */
export const extendVia = (given: string | undefined, instanceId: string): string =>
  given === undefined || given.length > MAX_CHARACTERS ? instanceId : `${given}, ${instanceId}`

/** @returns undefined where the request has not been at this balancer before. */
export function loopRefusal({ headers }: HttpRequest, instanceId: string): GatewayError | undefined {
  const via = headers[VIA_HEADER]
  if (typeof via !== 'string' || !via.split(',').some((id) => id.trim() === instanceId)) return undefined
  return gatewayError(
    'LB_ERR_LOOP',
    'the request has been at this balancer before: an endpoint leads back to it',
  )
}
