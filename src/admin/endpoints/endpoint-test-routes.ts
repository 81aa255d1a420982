// Routes that test an endpoint, stored or not.
import { endpointTest, endpointTestView } from '../../contract/endpoint-test.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { hasSameOrigin } from './check-address.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { requireObject } from '../changes/require-object.ts'

/** A stored key is sent only to the origin that it was stored for. */
const keyFor = (baseUrl: string, stored: EndpointConfig): string =>
  hasSameOrigin(stored.baseUrl, baseUrl) ? stored.apiKey : ''

export function createEndpointTestRoutes({
  state,
  testEndpoint,
  defaultTimeoutS,
}: AdminContext): AdminRoute[] {
  const find = (id: number): EndpointConfig => requireObject(state.snapshot().endpointById, id, 'endpoint')
  return [
    defineRoute({
      method: 'POST',
      path: '/endpoints/{id}/test',
      summary: 'Test an endpoint; counts nowhere',
      response: endpointTestView,
      handle: ({ ids: { id } }) => testEndpoint(find(id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/endpoint-test',
      summary: 'Test an endpoint that is not stored, or not as it is stored',
      body: endpointTest,
      response: endpointTestView,
      refuses: [404],
      handle({ body }) {
        const stored = body.endpoint_id === undefined ? undefined : find(body.endpoint_id)
        const baseUrl = body.base_url
        return testEndpoint({
          baseUrl,
          apiKey: body.api_key ?? (stored ? keyFor(baseUrl, stored) : ''),
          authStyle: body.auth_style ?? stored?.authStyle ?? 'bearer',
          verifyTls: body.verify_tls ?? stored?.verifyTls ?? true,
          timeoutS: body.timeout_seconds ?? stored?.timeoutS ?? defaultTimeoutS,
        })
      },
    }),
  ]
}
