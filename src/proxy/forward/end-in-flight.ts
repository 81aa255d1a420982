// Ends an endpoint's requests for an operator. What has not been committed goes on at another endpoint; no failure is counted.
import { gatewayError } from '../../core/gateway-error.ts'
import { nodesOf, type LinkedList } from '../../core/linked-list.ts'
import { failOver } from './dispatch.ts'
import { failInternally, failRequest } from './fail-request.ts'
import type { ForwardContext } from './forward-context.ts'

/**
 * Called after the endpoint has been disabled or deleted. A committed stream ends with its error event.
 * @param open - the requests that are not settled.
 */
export function endInFlight(open: LinkedList<ForwardContext>, endpointId: number): void {
  // A copy, since requests leave and enter the list while it is read.
  for (const context of nodesOf(open)) {
    if (context.lease === undefined || context.endpoint?.config.id !== endpointId) continue
    const fault = gatewayError('LB_ERR_NO_ENDPOINT', "an operator has ended this endpoint's requests")
    const failure = { error: fault.message, isLocal: true, isGivenUp: true }
    try {
      if (!failOver(context, failure, { isFree: true })) failRequest(context, fault, failure)
    } catch (error) {
      failInternally(context, error)
    }
  }
}
