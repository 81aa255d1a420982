// Composition: every part is made here and handed to those that need it.
import fastifyCors from '@fastify/cors'
import fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { adminRoutes } from '../admin/admin-routes.ts'
import type { Config } from '../config/environment-table.ts'
import { digestSecret } from '../config/secret-digest.ts'
import type { Clock } from '../core/clock.ts'
import { gatewayError } from '../core/gateway-error.ts'
import { createGatewayState, type GatewayState } from '../core/gateway-state.ts'
import { readStats } from '../core/live-stats.ts'
import { createResponseCache } from '../core/response-cache.ts'
import { createRouter } from '../core/router.ts'
import { createTrafficShare } from '../core/traffic-share.ts'
import { createAuditLog } from '../observability/audit-log.ts'
import type { LogDestination } from '../observability/log-destination.ts'
import { createMetrics, type Metrics } from '../observability/metrics.ts'
import { createRequestLog } from '../observability/request-log.ts'
import { createClientAuthentication } from '../proxy/authenticate-client.ts'
import { sanitizeRequestId } from '../proxy/header-policy.ts'
import { proxyRoutes } from '../proxy/proxy-routes.ts'
import { createUpstreamPools } from '../proxy/upstream-pools.ts'
import { createStatisticsFlusher } from '../store/statistics-flusher.ts'
import type { Store } from '../store/store.ts'
import { answerClientError } from './client-errors.ts'
import { createDrain, type Drain } from './drain.ts'
import { installErrorHandlers, sendProblem } from './errors.ts'
import { installResponseHeaders } from './response-headers.ts'
import { staticFiles } from './static-files.ts'
import { systemRoutes } from './system-routes.ts'

export interface AppOptions {
  readonly config: Config
  readonly adminToken: string
  readonly store: Store
  readonly logger: Logger
  readonly logDestination: LogDestination
  readonly version: string
  /** Whether /metrics tells of the process, too, whose observers last as long as it does; default true. */
  readonly processMetrics?: boolean
}

export interface App {
  readonly server: FastifyInstance
  /** Refuses new work, lets what is open finish for LB_DRAIN_TIMEOUT_SECONDS, writes the counters down. */
  close(): Promise<void>
}

const PURGE_INTERVAL_MS = 3_600_000

function createServer(version: string): FastifyInstance {
  return fastify({
    logger: false,
    genReqId: (raw) => sanitizeRequestId(raw.headers['x-request-id']) ?? randomUUID(),
    requestIdHeader: false,
    // A body has five minutes to arrive; how long an answer may take is the endpoint's business.
    requestTimeout: 300_000,
    return503OnClosing: false,
    clientErrorHandler: answerClientError(version),
    frameworkErrors: (_error, request, reply) =>
      void sendProblem(gatewayError('LB_ERR_BAD_REQUEST', 'the URL is malformed'), request, reply),
  })
}

function createAppMetrics(state: GatewayState, processMetrics = true): Metrics {
  return createMetrics({
    processMetrics,
    readLive: () => ({
      stats: readStats(state),
      endpoints: state.snapshot().endpoints.map(({ id, name }) => {
        const { inflight, counters } = state.endpoint(id)
        return { name, inflight, counters }
      }),
      hasBlock: (id) => state.snapshot().blockById.has(id),
    }),
  })
}

/** Removes for good, now and each hour, what was deleted long ago. */
function startPurging(store: Store, logger: Logger): () => void {
  const purge = (): void =>
    void store.purgeDeleted(Date.now()).catch((err: unknown) => logger.error({ err }, 'purging failed'))
  purge()
  const timer = setInterval(purge, PURGE_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

/** What lives as long as the daemon, made from its configuration and what the store holds. */
async function createParts({ config, store, logger, logDestination, processMetrics }: AppOptions) {
  const clock: Clock = () => performance.now()
  const [configuration, counters] = await Promise.all([store.readConfiguration(), store.readCounters()])
  const state = createGatewayState({ configuration, counters, clock, maxConnections: config.maxConnections })
  const staticDigests = new Set(config.clientTokens.map(digestSecret))
  return {
    clock,
    state,
    staticDigests,
    metrics: createAppMetrics(state, processMetrics),
    logRequest: createRequestLog({ logger, destination: logDestination }),
    pools: createUpstreamPools(),
    trafficShare: createTrafficShare(clock),
    cache: createResponseCache(clock, {
      maxEntries: config.cacheMaxEntries,
      maxBytes: config.cacheMaxBytes,
      ttlS: config.cacheTtlS,
    }),
    router: createRouter({
      state,
      clock,
      policy: { failThreshold: config.failThreshold, cooldownS: config.cooldownS },
    }),
    authenticate: createClientAuthentication({ state, staticDigests, allowAnonymous: config.allowAnonymous }),
    flusher: createStatisticsFlusher({
      store,
      takeDirty: state.ledger.takeDirty,
      putBack: state.ledger.putBack,
      onError: (err) => logger.error({ err }, 'writing counters failed'),
    }),
  }
}

type Parts = Awaited<ReturnType<typeof createParts>>

/** Proxy and system routes, which pages of other origins may call. */
function registerOpenRoutes(app: FastifyInstance, options: AppOptions, parts: Parts, drain: Drain) {
  const { config, store, version } = options
  return app.register(async (open) => {
    await open.register(fastifyCors, {
      origin: config.corsOrigins === '*' ? '*' : [...config.corsOrigins],
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: [
        'X-LB-Endpoint',
        'X-LB-Version',
        'X-LB-Cache',
        'X-LB-Attempts',
        'X-Request-ID',
        'Retry-After',
      ],
      maxAge: 600,
    })
    await open.register(systemRoutes, {
      ...parts,
      version,
      isReady: () => store.isOpen() && !drain.isDraining(),
    })
    await open.register(proxyRoutes, {
      ...parts,
      maxBodyBytes: config.maxRequestBodyBytes,
      failoverAttempts: 0,
      totalTimeoutMs: config.totalTimeoutS * 1000,
      stallMs: config.clientStallS * 1000,
    })
  })
}

/** The operators' side, for our own pages and for scripts. */
async function registerAdminRoutes(app: FastifyInstance, options: AppOptions, parts: Parts): Promise<void> {
  const { config, store, logger, version, adminToken } = options
  const { state, cache, clock, trafficShare, staticDigests, pools } = parts
  await app.register(staticFiles)
  await app.register(adminRoutes, {
    prefix: '/admin/api',
    state,
    store,
    cache,
    clock,
    version,
    trafficShare,
    adminToken,
    reservedDigests: staticDigests,
    rateLimitPerMinute: config.adminRateLimitRpm,
    maxBodyBytes: config.maxRequestBodyBytes,
    defaultTimeoutS: config.defaultTimeoutS,
    auditLog: createAuditLog(logger),
    onConfigurationChanged: ({ endpointById }) => pools.prune(new Set(endpointById.keys())),
  })
}

export async function buildApp(options: AppOptions): Promise<App> {
  const { config, store, logger, version } = options
  const parts = await createParts(options)
  const server = createServer(version)
  const drain = createDrain(server, config.drainTimeoutS * 1000)
  installErrorHandlers(server, logger)
  installResponseHeaders(server, version)
  drain.refuseNewWork()
  await registerOpenRoutes(server, options, parts, drain)
  await registerAdminRoutes(server, options, parts)
  parts.flusher.start()
  const stopPurging = startPurging(store, logger)
  return {
    server,
    async close() {
      stopPurging()
      await drain.run()
      await parts.pools.destroy()
      await parts.flusher.stop()
    },
  }
}
