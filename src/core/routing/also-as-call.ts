// Lets a request also be served as another call, by endpoints that do not serve its own.
import type { RoutingRequest } from './routing-request.ts'

/** Whether the request may be served as another call. */
export const isTranslatable = ({ api, targets }: RoutingRequest): boolean =>
  targets?.requests.some((target) => target.api !== api) ?? false

/** @param call - the other one, and its path on a backend. Endpoints that serve the request's own call come first. */
export function alsoAsCall(
  request: RoutingRequest,
  call: Pick<RoutingRequest, 'api' | 'path'>,
): RoutingRequest {
  const own = request.targets?.requests ?? [request]
  const requests = own.flatMap((each) => [
    { ...each, needsRoute: true },
    { ...each, ...call },
  ])
  return { ...request, targets: { requests, waits: request.targets?.waits ?? true } }
}
