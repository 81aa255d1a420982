// Composition root: passes each part to the modules that use it.
import fastifyCors from '@fastify/cors'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import { adminRoutes } from '../admin/admin-routes.ts'
import { isGatewayError } from '../core/gateway-error.ts'
import { createAuditLog } from '../observability/audit-log.ts'
import type { DataPlane } from '../proxy/data-plane.ts'
import { createExplainClientRequest } from '../proxy/routing/explain-request.ts'
import { proxyRoutes } from '../proxy/proxy-routes.ts'
import { createHistoryWriter } from './parts/create-writers.ts'
import { buildDataPlane, createRefusal } from './parts/build-data-plane.ts'
import { mountBridge } from './mount-bridge.ts'
import { buildParts, type AppOptions, type Parts } from './parts/build-parts.ts'
import { corsOptions } from './http/cors.ts'
import { createServer } from './http/create-server.ts'
import { createDrain } from './http/drain.ts'
import { createListener } from './listener.ts'
import { startPurging } from './start-purging.ts'
import { connectWorkers, createWorkerSlots } from './workers/create-workers.ts'
import { createLocalControl, type DataPlaneControl } from './data-plane-control.ts'
import { installErrorHandlers } from './http/error-handlers.ts'
import { apiContentPolicy } from './http/response-headers.ts'
import { staticFiles } from './http/static-files.ts'
import { systemRoutes } from './http/system-routes.ts'

export interface App {
  readonly server: FastifyInstance
  /** @returns the address at which clients are served. */
  listen(): Promise<AddressInfo>
  /** Refuses new requests, lets open ones finish for LB_DRAIN_TIMEOUT_SECONDS, then writes the counters. */
  close(): Promise<void>
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

/** The proxy and system routes, which pages of other origins may call. */
function registerOpenRoutes(
  app: FastifyInstance,
  { config, version }: AppOptions,
  parts: Parts & { readonly dataPlane: DataPlane },
  isReady: () => boolean,
) {
  return app.register(async (open) => {
    await open.register(fastifyCors, corsOptions(config.corsOrigins))
    await open.register(systemRoutes, {
      ...parts,
      version,
      isReady,
      metricsToken: config.metricsToken,
    })
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
  parts: Parts,
  control: DataPlaneControl,
): Promise<void> {
  const { config, store, logger, version } = options
  const { staticDigests, activeHealth, loadSignals, modelCatalog } = parts
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
    admission: control,
    decisions: { list: control.listDecisions },
    workers: parts.workers.read,
    takeProfile: control.takeProfile,
    cache: { clear: control.clearCache },
    trafficShare: { reset: control.resetStatistics },
    onConfigurationChanged(snapshot) {
      activeHealth.sync(snapshot)
      loadSignals.sync(snapshot)
      modelCatalog.sync(snapshot)
      return control.configurationChanged(snapshot)
    },
    onCapacityChanged: control.serveWaiting,
    endInFlight: control.endInFlight,
    explain: createExplainClientRequest({
      ...parts,
      translatesMessages: config.translatesMessages,
      servesFiles: config.servesFiles,
    }),
  })
}

export async function buildApp(options: AppOptions): Promise<App> {
  const { config, store, logger, version } = options
  const slots = config.workers > 1 ? createWorkerSlots(options) : undefined
  const parts = await buildParts(options, slots?.slots)
  const drain = createDrain(config.drainTimeoutS * 1000)
  const refusalOf = createRefusal(parts.instanceId, drain)
  const settings = { config, logger, version, drain, refusalOf, processes: 1 }
  const dataPlane = buildDataPlane(parts, settings)
  const clientServer = createServer({ version, dataPlane, refusalOf, stallMs: config.clientStallS * 1000 })
  const { app: server } = clientServer
  drain.install(server)
  logNotFound(server, parts)
  installErrorHandlers(server, logger)
  const workers = slots && connectWorkers(options, slots, parts)
  const control = workers?.control ?? createLocalControl(parts, dataPlane)
  const listener = createListener(clientServer, config, workers)
  const isReady = (): boolean => store.isOpen() && !drain.isDraining() && !workers?.isDegraded()
  await registerOpenRoutes(server, options, { ...parts, dataPlane }, isReady)
  await registerAdminRoutes(server, options, parts, control)
  const bridge = mountBridge(server.server, { ...parts, logger, address: listener.address })
  const writers = [
    ...parts.writers,
    createHistoryWriter({ ...parts, store, logger, waiting: control.waiting }),
  ]
  for (const writer of writers) writer.start()
  parts.activeHealth.sync(parts.state.snapshot())
  parts.loadSignals.sync(parts.state.snapshot())
  parts.modelCatalog.sync(parts.state.snapshot())
  const stopPurging = startPurging(store, logger, config.auditDays)
  return {
    server,
    listen: listener.listen,
    async close() {
      stopPurging()
      drain.begin()
      await Promise.all([listener.drain(drain), bridge.drain(config.drainTimeoutS * 1000)])
      parts.activeHealth.stop()
      parts.loadSignals.stop()
      parts.modelCatalog.stop()
      parts.missingRoutes.stop()
      parts.pools.destroy()
      await Promise.all(writers.map((writer) => writer.stop()))
    },
  }
}
