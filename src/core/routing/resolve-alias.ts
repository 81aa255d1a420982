// Finds what a request for a model alias may be served as.
import type { Snapshot } from '../state/configuration.ts'
import type { RoutingRequest } from './routing-request.ts'

/** @returns the request itself where its model is no alias. An alias comes before a model of the same name, and leads to models only. */
export function resolveAlias(request: RoutingRequest, { aliasByName }: Snapshot): RoutingRequest {
  if (request.model === undefined || aliasByName.size === 0) return request
  const config = aliasByName.get(request.model)
  if (config === undefined) return request
  const requests = config.targets.map(({ model, endpoint_id }) => ({
    ...request,
    alias: config,
    model,
    endpointId: endpoint_id ?? undefined,
  }))
  return { ...request, alias: config, targets: { requests, waits: config.onFull === 'wait' } }
}
