// Sends a request that refers to an object to the endpoint that keeps it.
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { ObjectPins } from '../../core/pins/object-pins.ts'
import { pinToEndpoint } from '../../core/routing/pin-to-endpoint.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { objectWords } from './object-kinds.ts'
import type { ObjectReference } from './object-members.ts'

const MAX_QUOTED = 256

/** As backends say it, so that clients find what they look for. */
function objectNotFound({ kind, id, param }: ObjectReference): GatewayError {
  const code =
    param === 'previous_response_id' ? 'LB_ERR_PREVIOUS_RESPONSE_NOT_FOUND' : 'LB_ERR_OBJECT_NOT_FOUND'
  const detail = `${objectWords[kind]} with id '${id.slice(0, MAX_QUOTED)}' not found.`
  return gatewayError(code, detail, param === undefined ? {} : { param })
}

/**
 * @param references - none for a request that may go anywhere.
 * @throws gatewayError LB_ERR_OBJECT_NOT_FOUND or LB_ERR_PREVIOUS_RESPONSE_NOT_FOUND for an object that is not known to the
 * client's block, whose endpoint has been deleted, or that another endpoint keeps than the one before it.
 */
export function pinRequest(
  pins: Pick<ObjectPins, 'find'>,
  state: GatewayState,
  request: RoutingRequest,
  references: readonly ObjectReference[],
): RoutingRequest {
  let pinned = request
  for (const reference of references) {
    const endpointId = pins.find({ blockId: request.blockId, objectId: reference.id })
    const isKept = endpointId !== undefined && state.snapshot().endpointById.has(endpointId)
    if (!isKept || (pinned.objectId !== undefined && pinned.endpointId !== endpointId))
      throw objectNotFound(reference)
    if (pinned.objectId === undefined) pinned = pinToEndpoint(request, reference.id, endpointId)
  }
  return pinned
}
