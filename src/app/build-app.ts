// Composition root: passes each part to the modules that use it.
import fastifyCors from '@fastify/cors'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { adminRoutes } from '../admin/admin-routes.ts'
import { isGatewayError, type GatewayError } from '../core/gateway-error.ts'
import { createAuditLog } from '../observability/audit-log.ts'
import { createDataPlane, type DataPlane } from '../proxy/data-plane.ts'
import { createExplainClientRequest } from '../proxy/routing/explain-request.ts'
import { proxyRoutes } from '../proxy/proxy-routes.ts'
import { loopRefusal } from '../proxy/request/via.ts'
import type { Store } from '../store/store.ts'
import { httpRefusal } from './http/node-overrides.ts'
import { mountBridge } from './mount-bridge.ts'
import { buildParts, type AppOptions, type Parts } from './build-parts.ts'
import { corsOptions, createCorsHeaders } from './http/cors.ts'
import { createServer, requestIdOf } from './http/create-server.ts'
import { createDrain, type Drain } from './http/drain.ts'
import { installErrorHandlers } from './http/error-handlers.ts'
import { apiContentPolicy, securityHeaders } from './http/response-headers.ts'
import { staticFiles } from './http/static-files.ts'
import { systemRoutes } from './http/system-routes.ts'

export interface App {
  readonly server: FastifyInstance
  /** Refuses new requests, lets open ones finish for LB_DRAIN_TIMEOUT_SECONDS, then writes the counters. */
  close(): Promise<void>
}

const PURGE_INTERVAL_MS = 3_600_000
const DAY_MS = 86_400_000

/** Purges soft-deleted rows and audit rows whose retention has passed, now and every hour. @param auditDays - 0 keeps all. */
function startPurging(store: Store, logger: Logger, auditDays: number): () => void {
  const purge = (): void =>
    void Promise.all([
      store.purgeDeleted(Date.now()),
      auditDays > 0 ? store.trimAudit(Date.now() - auditDays * DAY_MS) : undefined,
    ]).catch((err: unknown) => logger.error({ err }, 'purging failed'))
  purge()
  const timer = setInterval(purge, PURGE_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

/** Logs requests whose path has no route; routes of the proxy log their own. */
function logNotFound(app: FastifyInstance, { logRequest }: Parts): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) {
      logRequest({
        requestId: request.id,
        method: request.method,
        route: '(none)',
        status: reply.statusCode,
        outcome: 'refused',
        attempts: 0,
        stream: false,
        latencyMs: reply.elapsedTime,
        errorCode: reply.statusCode === 405 ? 'LB_ERR_METHOD_NOT_ALLOWED' : 'LB_ERR_NOT_FOUND',
      })
    }
    done()
  })
}

type RefusalOf = (request: IncomingMessage) => GatewayError | undefined

function createAppDataPlane(
  options: AppOptions,
  parts: Parts,
  drain: Drain,
  refusalOf: RefusalOf,
): DataPlane {
  const { config, logger, version } = options
  const fixed = Object.entries(securityHeaders(version)).flat()
  fixed.push('content-security-policy', apiContentPolicy)
  const corsHeaders = createCorsHeaders(config.corsOrigins)
  return createDataPlane({
    ...parts,
    requestIdOf,
    refusalOf,
    headersOf({ headers: { origin } }, requestId) {
      const headers = fixed.slice()
      headers.push('x-request-id', requestId, ...corsHeaders(origin))
      return headers
    },
    isDraining: drain.isDraining,
    onInternalError: (err, requestId) => logger.error({ request_id: requestId, err }, 'internal error'),
    // A body that is larger than the memory for all would never fit.
    maxBodyBytes: Math.min(config.maxRequestBodyBytes, config.maxBodyMemoryBytes ?? Infinity),
    maxUploadBytes: config.maxUploadBytes,
    translatesMessages: config.translatesMessages,
    servesFiles: config.servesFiles,
    failoverAttempts: config.failoverAttempts,
    failThreshold: config.failThreshold,
    hedges: config.hedge,
    logger,
    keepaliveMs: config.sseKeepaliveS * 1000,
    totalTimeoutMs: config.totalTimeoutS * 1000,
    stallMs: config.clientStallS * 1000,
  })
}

/** The proxy and system routes, which pages of other origins may call. */
function registerOpenRoutes(
  app: FastifyInstance,
  { config, store, version }: AppOptions,
  parts: Parts & { readonly dataPlane: DataPlane },
  drain: Drain,
) {
  return app.register(async (open) => {
    await open.register(fastifyCors, corsOptions(config.corsOrigins))
    const isReady = (): boolean => store.isOpen() && !drain.isDraining()
    await open.register(systemRoutes, { ...parts, version, isReady, metricsToken: config.metricsToken })
    await open.register(async (api) => {
      api.addHook('onRequest', (_request, reply, done) => {
        reply.header('content-security-policy', apiContentPolicy)
        done()
      })
      await api.register(proxyRoutes, {
        ...parts,
        servesFiles: config.servesFiles,
        passUnknownRoutes: config.passUnknownRoutes,
      })
    })
  })
}

/** Redirects a request without a session to the sign-in page, which leads back. */
const forOperators =
  ({ authenticate }: Parts['authentication']): preHandlerHookHandler =>
  (request, reply, done) => {
    try {
      authenticate(request.raw)
    } catch (error) {
      if (!isGatewayError(error) || error.code !== 'LB_ERR_UNAUTHORIZED') throw error
      return void reply.redirect('/admin?next=/load-producer/', 302)
    }
    done()
  }

/** The admin API and the pages. */
async function registerAdminRoutes(
  app: FastifyInstance,
  options: AppOptions,
  parts: Parts & { readonly dataPlane: DataPlane },
): Promise<void> {
  const { config, store, logger, version } = options
  const { staticDigests, pools, admission, activeHealth, loadSignals, modelCatalog } = parts
  // The CORS plugin's preflight route matches any path, so that these need a route of their own.
  for (const url of ['/admin', '/admin/*', '/load-producer', '/load-producer/*'])
    app.options(url, (_request, reply) => reply.callNotFound())
  await app.register(staticFiles, { name: 'admin' })
  await app.register(staticFiles, { name: 'load-producer', guard: forOperators(parts.authentication) })
  await app.register(adminRoutes, {
    ...parts,
    prefix: '/admin/api',
    store,
    version,
    reservedDigests: staticDigests,
    allowAnonymous: config.allowAnonymous,
    maxBodyBytes: config.maxRequestBodyBytes,
    defaultTimeoutS: config.defaultTimeoutS,
    auditLog: createAuditLog(logger),
    onConfigurationChanged(snapshot) {
      pools.prune(new Set(snapshot.endpointById.keys()))
      activeHealth.sync(snapshot)
      loadSignals.sync(snapshot)
      modelCatalog.sync(snapshot)
      admission.serveWaiting()
    },
    onCapacityChanged: admission.serveWaiting,
    endInFlight: parts.dataPlane.endInFlight,
    explain: createExplainClientRequest({
      ...parts,
      translatesMessages: config.translatesMessages,
      servesFiles: config.servesFiles,
    }),
  })
}

export async function buildApp(options: AppOptions): Promise<App> {
  const { config, store, logger, version } = options
  const parts = await buildParts(options)
  const drain = createDrain(config.drainTimeoutS * 1000)
  const refusalOf: RefusalOf = (request) =>
    httpRefusal(request) ?? loopRefusal(request, parts.instanceId) ?? drain.refusal(request)
  const dataPlane = createAppDataPlane(options, parts, drain, refusalOf)
  const server = createServer({ version, dataPlane, refusalOf })
  drain.install(server)
  logNotFound(server, parts)
  installErrorHandlers(server, logger)
  await registerOpenRoutes(server, options, { ...parts, dataPlane }, drain)
  await registerAdminRoutes(server, options, { ...parts, dataPlane })
  const bridge = mountBridge(server.server, { ...parts, logger })
  for (const writer of parts.writers) writer.start()
  parts.activeHealth.sync(parts.state.snapshot())
  parts.loadSignals.sync(parts.state.snapshot())
  parts.modelCatalog.sync(parts.state.snapshot())
  const stopPurging = startPurging(store, logger, config.auditDays)
  return {
    server,
    async close() {
      stopPurging()
      await Promise.all([drain.run(server), bridge.drain(config.drainTimeoutS * 1000)])
      parts.activeHealth.stop()
      parts.loadSignals.stop()
      parts.modelCatalog.stop()
      parts.missingRoutes.stop()
      await parts.pools.destroy()
      await Promise.all(parts.writers.map((writer) => writer.stop()))
    },
  }
}
