// The data plane's routes in Fastify: the model lists, and the forwarded calls under URLs that do not match exactly.
import type { FastifyInstance } from 'fastify'
import { isGatewayError } from '../core/gateway-error.ts'
import type { AuthenticateClient } from './request/authenticate-client.ts'
import type { ModelCatalog } from '../core/models/model-catalog.ts'
import { servedRoutes, type ServedRoute } from './apis/apis.ts'
import { otherCall } from './apis/other.ts'
import type { DataPlane, MatchedRoute } from './data-plane.ts'
import { createRequestRecord, type RequestReporters } from './forward/request-record.ts'
import { modelRoutes } from './models/model-routes.ts'

export interface ProxyOptions extends RequestReporters {
  readonly authenticate: AuthenticateClient
  readonly modelCatalog: ModelCatalog
  readonly dataPlane: DataPlane
  /** Whether files and batches are served. */
  readonly servesFiles: boolean
  /** Whether requests below /v1 that are of no known call are passed on. */
  readonly passUnknownRoutes: boolean
}

/** The route with the object that the URL names. A name that would need an escape is known to no backend. */
const matched = (route: ServedRoute, { id }: { readonly id?: string }): MatchedRoute => ({
  ...route,
  path: id === undefined ? route.path : route.path.replace(':id', encodeURIComponent(id)),
  objectId: id,
})

/** Serves the forwarded calls under a URL with a pool segment or a percent-encoded letter, and unknown calls. */
export function forwardedRoutes(
  app: FastifyInstance,
  {
    dataPlane,
    passUnknownRoutes,
    servesFiles,
  }: Pick<ProxyOptions, 'dataPlane' | 'passUnknownRoutes' | 'servesFiles'>,
  done: () => void,
): void {
  app.addHook('onRequest', (request, _reply, next) => {
    // The body is read as JSON whatever its content type; the upstream gets the client's own header.
    delete request.headers['content-type']
    next()
  })
  app.removeAllContentTypeParsers()
  // The data plane reads the body itself.
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
  for (const route of servedRoutes(servesFiles)) {
    app.route<{ Params: { id?: string } }>({
      method: route.api.method,
      url: route.url,
      exposeHeadRoute: false,
      handler(request, reply) {
        reply.hijack()
        dataPlane.serve(matched(route, request.params), request.raw, reply.raw)
      },
    })
  }
  if (passUnknownRoutes) {
    app.route({
      method: ['GET', 'POST'],
      url: '/v1/*',
      exposeHeadRoute: false,
      handler(request, reply) {
        const route = otherCall(request.raw)
        if (route === undefined) return reply.callNotFound()
        reply.hijack()
        dataPlane.serve(route, request.raw, reply.raw)
      },
    })
  }
  done()
}

function listRoutes(app: FastifyInstance, options: ProxyOptions, done: () => void): void {
  app.decorateRequest('record', null)
  app.addHook('onRequest', (request, _reply, next) => {
    const route = request.routeOptions.url ?? ''
    request.record = createRequestRecord(options, {
      requestId: request.id,
      method: request.method,
      route,
      isUncounted: true,
    })
    request.record.identity = options.authenticate(request.headers)
    next()
  })
  app.addHook('onError', (request, _reply, error, next) => {
    const code = isGatewayError(error) ? error.code : undefined
    request.record?.finish({ status: error.statusCode ?? 500, outcome: 'refused', errorCode: code })
    next()
  })
  modelRoutes(app, options)
  done()
}

export async function proxyRoutes(app: FastifyInstance, options: ProxyOptions): Promise<void> {
  await app.register(forwardedRoutes, options)
  await app.register(listRoutes, options)
}
