// Ends the attempts for a request that breaks the connections of endpoints before they respond, as if it ended their processes.
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { MAX_BROKEN_ENDPOINTS } from '../../core/lease/breaking-requests.ts'
import { requestDigest } from '../response/response-from-cache.ts'
import type { ForwardContext } from './forward-context.ts'

export const requestBreaksEndpoints = (): GatewayError =>
  gatewayError(
    'LB_ERR_REQUEST_BREAKS_ENDPOINTS',
    `${MAX_BROKEN_ENDPOINTS} endpoints broke the connection when they were sent this request; it is not sent again for five minutes`,
  )

/** Adds a break at the present endpoint. @returns the error that ends the request; undefined where it may go on. */
export function addBreak(context: ForwardContext): GatewayError | undefined {
  const { options, endpoint, request } = context
  const { api, prepared, routing } = request
  if (endpoint === undefined || prepared === undefined) return undefined
  const breaks = (context.breaks ??= [])
  breaks.push({ endpointId: endpoint.config.id, successes: endpoint.counters.totalSuccess })
  const digest = (): string => requestDigest(api, prepared, routing.blockId)
  return options.breakingRequests.count(digest, breaks) >= MAX_BROKEN_ENDPOINTS
    ? requestBreaksEndpoints()
    : undefined
}

/** Records the breaks of a request that has ended, or that it was served all the same. */
export function concludeBreaks({ options, breaks, attribution }: ForwardContext, isServed: boolean): void {
  const digest = attribution?.digest
  if (breaks === undefined || digest === undefined) return
  if (isServed) options.breakingRequests.clear(digest)
  else options.breakingRequests.record(digest(), breaks)
}
