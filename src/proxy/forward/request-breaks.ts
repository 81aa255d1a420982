// Ends the attempts for a request that breaks the connections of endpoints before they respond, as if it ended their processes.
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { MAX_BROKEN_ENDPOINTS } from '../../core/lease/breaking-requests.ts'
import { lastSuccessMs } from '../../core/lease/recent-success.ts'
import { requestDigest } from '../response/response-from-cache.ts'
import type { ForwardContext } from './forward-context.ts'

export const requestBreaksEndpoints = (): GatewayError =>
  gatewayError(
    'LB_ERR_REQUEST_BREAKS_ENDPOINTS',
    `${MAX_BROKEN_ENDPOINTS} endpoints broke the connection when they were sent this request; it is not sent again for five minutes`,
  )

/** Records a break at the present endpoint. @returns the error that ends the request; undefined where it may go on. */
export function recordBreak({ options, endpoint, request }: ForwardContext): GatewayError | undefined {
  const { prepared, routing } = request
  if (endpoint === undefined || prepared === undefined) return undefined
  const broken = options.breakingRequests.record(requestDigest(request, prepared, routing), {
    endpointId: endpoint.config.id,
    lastSuccessMs: lastSuccessMs(endpoint.successes),
  })
  return broken >= MAX_BROKEN_ENDPOINTS ? requestBreaksEndpoints() : undefined
}

/** An endpoint responds: requests equal to this one were in flight by chance where connections broke. */
export function clearBreaks({ options, request }: ForwardContext): void {
  const { prepared, routing } = request
  if (prepared !== undefined) options.breakingRequests.clear(() => requestDigest(request, prepared, routing))
}
