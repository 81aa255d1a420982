// Binds a request to the endpoint that keeps an object.
import type { RoutingRequest } from './routing-request.ts'

/** @returns the request for that endpoint alone; of the targets of an alias those that may go there. */
export function pinToEndpoint(request: RoutingRequest, objectId: string, endpointId: number): RoutingRequest {
  const { targets } = request
  const requests = targets?.requests.filter((each) => (each.endpointId ?? endpointId) === endpointId)
  return {
    ...request,
    objectId,
    endpointId,
    targets: targets && {
      ...targets,
      requests: requests?.map((each) => ({ ...each, objectId, endpointId })) ?? [],
    },
  }
}
