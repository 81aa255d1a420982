// Says where a request would go, by the code that serves requests, and sends nothing.
import type { IncomingHttpHeaders } from 'node:http'
import { gatewayError } from '../../core/gateway-error.ts'
import type { Admission, AdmissionExplanation } from '../../core/queue/admission.ts'
import { servedRoutes } from '../apis/apis.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import { routeRequest, type RouteRequestOptions } from './route-request.ts'

interface ExplainOptions extends RouteRequestOptions {
  readonly admission: Pick<Admission, 'explain'>
  readonly servesFiles: boolean
}

interface ExplainedRequest {
  /** Of the balancer's URL. */
  readonly path: string
  /** The body, as the client sends it. */
  readonly body: string
  readonly identity: ClientIdentity
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
}

/** @throws gatewayError as the request itself would be refused, and LB_ERR_BAD_REQUEST for a path of no call with a JSON body. */
export type ExplainClientRequest = (request: ExplainedRequest) => AdmissionExplanation

export function createExplainClientRequest(options: ExplainOptions): ExplainClientRequest {
  const { admission, servesFiles } = options
  const routes = new Map(
    servedRoutes(servesFiles)
      .filter(({ api, url }) => api.method === 'POST' && !api.takesForm && !url.includes(':'))
      .map((route) => [route.url, route]),
  )
  return ({ path, body, identity, headers }) => {
    const route = routes.get(path)
    if (route === undefined)
      throw gatewayError('LB_ERR_BAD_REQUEST', 'The path is of no call with a JSON body.', { param: 'path' })
    const prepared = route.api.readRequest(Buffer.from(body))
    const call = { api: route.api, path: route.path, objectId: undefined, query: '' }
    const client = { identity, headers, address: undefined, requestId: undefined }
    return admission.explain(routeRequest(options, call, prepared, client).routing)
  }
}
