// The admin API as a Fastify plugin: authentication, the table of routes, and the document that describes it.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Snapshot } from '../core/state/configuration.ts'
import { gatewayError, isGatewayError } from '../core/gateway-error.ts'
import type { AuditLog } from '../observability/audit-log.ts'
import type { Operator } from './auth/admin-authentication.ts'
import type { AdminContext } from './http/admin-context.ts'
import { createApplyChange } from './changes/apply-change.ts'
import { createGroupRoutes } from './canvas/group-routes.ts'
import { createNoteRoutes } from './canvas/note-routes.ts'
import { createBlockRoutes } from './blocks/block-routes.ts'
import { createConfigRoutes } from './config-file/config-routes.ts'
import { createDecisionRoutes } from './decisions/decision-routes.ts'
import { defineRoute, type AdminRoute } from './http/define-route.ts'
import { createEndpointRoutes } from './endpoints/endpoint-routes.ts'
import { stateEtag } from './changes/etag.ts'
import { requireMatch } from './changes/if-match.ts'
import { createEndpointTestRoutes } from './endpoints/endpoint-test-routes.ts'
import { renderLongJson } from './http/render-json.ts'
import { openapiDocument } from './http/openapi-document.ts'
import { createEventStreams, type EventStreams } from './live/event-streams.ts'
import { createSharedState } from './live/shared-state.ts'
import { createHistoryRoutes } from './history/history-routes.ts'
import { createLiveRoutes } from './live/live-routes.ts'
import { liveView } from './live/live-view.ts'
import { createModelRoutes } from './models/model-routes.ts'
import { createOperationRoutes } from './gateway/operation-routes.ts'
import { createOverviewRoutes } from './gateway/overview-routes.ts'
import { createProfileRoutes } from './gateway/profile-routes.ts'
import { createPositionRoutes } from './gateway/position-routes.ts'
import { createRoutingRoutes } from './gateway/routing-routes.ts'
import { createSessionRoutes } from './session/session-routes.ts'
import { stateChange } from './gateway/state-change.ts'
import { renderState } from './gateway/render-state.ts'
import { stateView } from './gateway/state-view.ts'
import { createAliasRoutes } from './models/alias-routes.ts'
import { createTestTokenRoutes } from './tokens/test-token-routes.ts'
import { createTestTokens, type TestTokens } from './tokens/test-tokens.ts'
import { createTokenRoutes } from './tokens/token-routes.ts'
import { createWireRoutes } from './gateway/wire-routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    operator: Operator
  }
  interface FastifyContextConfig {
    /** Whether the route needs no authentication. */
    isOpen?: boolean | undefined
  }
}

interface AdminRoutesOptions extends Omit<AdminContext, 'applyChange' | 'applyBatch'> {
  readonly maxBodyBytes: number
  readonly auditLog: AuditLog
  /** Called with every new configuration once it is in force here; resolves once it is in all processes. Must not throw. */
  readonly onConfigurationChanged?: (snapshot: Snapshot) => void | Promise<void>
}

const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

function createRouteTable(
  context: AdminContext,
  streams: EventStreams,
  testTokens: TestTokens,
  prefix: string,
): AdminRoute[] {
  let document: Record<string, unknown> | undefined
  const routes: AdminRoute[] = [
    ...createSessionRoutes(context),
    ...createOverviewRoutes(context),
    ...createLiveRoutes(context, streams),
    ...createHistoryRoutes(context),
    ...createEndpointRoutes(context),
    ...createEndpointTestRoutes(context),
    ...createDecisionRoutes(context),
    ...createModelRoutes(context),
    ...createBlockRoutes(context),
    ...createTokenRoutes(context),
    ...createTestTokenRoutes(testTokens),
    ...createAliasRoutes(context),
    ...createWireRoutes(context),
    ...createRoutingRoutes(context),
    ...createPositionRoutes(context),
    ...createNoteRoutes(context),
    ...createGroupRoutes(context),
    ...createConfigRoutes(context),
    ...createOperationRoutes(context),
    ...createProfileRoutes(context),
    defineRoute({
      method: 'GET',
      path: '/openapi.json',
      summary: 'This document',
      response: z.looseObject({}).meta({ id: 'OpenApiDocument' }),
      // Made by the first request, since it would take a quarter of the time to start.
      handle: () => (document ??= openapiDocument(routes, prefix, context.version)),
    }),
  ]
  return routes
}

/** Methods of the routes that match the path, which is without the prefix. */
function allowedMethods(routes: readonly AdminRoute[], path: string): string[] {
  const matches = ({ path: template }: AdminRoute) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
  return routes.filter(matches).map(({ method }) => method)
}

const ANONYMOUS: Operator = { actor: '', session: undefined }

/** Authenticates every request before its body is read. */
function authenticateRequests(app: FastifyInstance, { authentication }: AdminRoutesOptions): void {
  app.decorateRequest('operator', null as unknown as Operator)
  app.addHook('onRequest', (request, reply, next) => {
    if (request.routeOptions.config.isOpen) {
      request.operator = ANONYMOUS
      return next()
    }
    try {
      request.operator = authentication.authenticate(request.raw)
    } catch (error) {
      const cookie = authentication.clearedForeignCookie(request.raw)
      if (cookie !== undefined && isGatewayError(error) && error.code === 'LB_ERR_UNAUTHORIZED')
        void reply.header('set-cookie', cookie)
      throw error
    }
    const { cookie } = request.operator
    if (cookie !== undefined) void reply.header('set-cookie', cookie)
    next()
  })
}

/** Registered under the prefix of the admin API. Throws gateway errors, which the application's error handler turns into problems. */
export function adminRoutes(app: FastifyInstance, options: AdminRoutesOptions, done: () => void): void {
  const streams = createEventStreams({
    ...options,
    sharedState: createSharedState({
      render: () => renderState(options),
      readVersion: options.state.snapshot,
      clock: options.clock,
    }),
    readVersion: options.state.snapshot,
    readChange: (before, after) => stateChange(options, before, after),
    readLive: (also) => liveView(options, also),
  })
  const onConfigurationChanged = async (snapshot: Snapshot): Promise<void> => {
    await options.onConfigurationChanged?.(snapshot)
    streams.stateChanged()
  }
  const checkWholeVersion = (ifMatch: string | undefined, current: Snapshot): void =>
    requireMatch(
      ifMatch,
      { etag: stateEtag(current), view: () => stateView(options, current) },
      'The configuration',
    )
  const context: AdminContext = {
    ...options,
    ...createApplyChange({ ...options, onConfigurationChanged, checkWholeVersion }),
  }
  const testTokens = createTestTokens(context)
  app.addHook('onReady', testTokens.removeLeft)
  const routes = createRouteTable(context, streams, testTokens, app.prefix)
  app.addHook('preClose', (closed) => {
    streams.close()
    closed()
  })

  app.addHook('onRequest', (request, reply, next) => {
    // Responses may hold secrets, such as the value of a new token.
    void reply.header('cache-control', 'no-store')
    // Every body is parsed as JSON, whatever its content type.
    delete request.headers['content-type']
    next()
  })
  authenticateRequests(app, options)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))

  for (const route of routes) {
    app.route<{ Params: Record<string, string> }>({
      method: route.method,
      url: fastifyPath(route.path),
      bodyLimit: route.maxBodyBytes ?? options.maxBodyBytes,
      config: { isOpen: route.isOpen },
      // HEAD of an event stream would open the stream.
      exposeHeadRoute: route.responseType !== 'text/event-stream',
      handler: async (request, reply) => {
        if (route.responseType !== undefined) void reply.type(route.responseType)
        const response = await route.respond({
          request: request.raw,
          operator: request.operator,
          setHeader: (name, value) => void reply.header(name, value),
          params: request.params,
          body: request.body,
          contentEncoding: request.headers['content-encoding'],
          query: request.query,
          author: {
            actor: request.operator.actor,
            requestId: request.id,
            ifMatch: request.headers['if-match'],
          },
        })
        if (route.responseType !== undefined) return response
        const long = await renderLongJson(response)
        if (long !== undefined) void reply.type('application/json; charset=utf-8')
        return long ?? response
      },
    })
  }

  app.setNotFoundHandler((request, reply) => {
    const path = (request.url.split('?', 1)[0] ?? '').slice(app.prefix.length)
    const allowed = allowedMethods(routes, path)
    if (allowed.length === 0) throw gatewayError('LB_ERR_NOT_FOUND', 'The admin API has no such route.')
    void reply.header('allow', allowed.join(', '))
    throw gatewayError('LB_ERR_METHOD_NOT_ALLOWED', `This route takes ${allowed.join(', ')}.`)
  })
  done()
}
