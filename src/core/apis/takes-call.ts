// Which requests an endpoint takes, by their call and their model.
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'

type CallTaker = Pick<EndpointRuntime, 'config' | 'served' | 'lacked' | 'missingRoutes'>

export const takesApi = ({ config: { apis } }: Pick<CallTaker, 'config'>, api: ApiName): boolean =>
  apis.length === 0 || apis.includes(api)

/** Whether all requests may go to the endpoint, as far as their call decides it. */
export const takesAnyCall = ({
  config,
  missingRoutes,
}: Pick<CallTaker, 'config' | 'missingRoutes'>): boolean =>
  config.apis.length === 0 && missingRoutes.size === 0

/** Whether all requests may go to the endpoint, as far as their model decides it. */
export const takesAnyModel = ({ served, lacked }: Pick<CallTaker, 'served' | 'lacked'>): boolean =>
  served.takesAny && lacked.size() === 0

export const takesModel = (
  { served, lacked }: Pick<CallTaker, 'served' | 'lacked'>,
  model: string,
): boolean => served.takes(model) && !lacked.has(model)

/** Whether the endpoint takes a request as configured and listed, whatever has been found of its routes. */
export const takesConfigured = (
  endpoint: Pick<CallTaker, 'config' | 'served' | 'lacked'>,
  { api, model }: { readonly api: ApiName; readonly model: string | undefined },
): boolean => takesApi(endpoint, api) && (model === undefined || takesModel(endpoint, model))
