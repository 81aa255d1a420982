// Which calls an endpoint takes: those of its field `apis`, or any.
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'

type CallTaker = Pick<EndpointRuntime, 'config' | 'served' | 'missingRoutes'>

export const takesApi = ({ config: { apis } }: Pick<CallTaker, 'config'>, api: ApiName): boolean =>
  apis.length === 0 || apis.includes(api)

/** Whether all requests may go to the endpoint, as far as their call decides it. */
export const takesAnyCall = ({
  config,
  missingRoutes,
}: Pick<CallTaker, 'config' | 'missingRoutes'>): boolean =>
  config.apis.length === 0 && missingRoutes.size === 0

/** Whether the endpoint takes a request as configured and listed, whatever has been found of its routes. */
export const takesConfigured = (
  endpoint: Pick<CallTaker, 'config' | 'served'>,
  { api, model }: { readonly api: ApiName; readonly model: string | undefined },
): boolean => takesApi(endpoint, api) && (model === undefined || endpoint.served.takes(model))
