// The system routes: health, liveness, readiness and metrics.
import type { FastifyInstance } from 'fastify'
import { digestSecret } from '../../config/secret-digest.ts'
import type { HealthView } from '../../contract/gateway.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import type { ResponseCache } from '../../core/cache/response-cache.ts'
import type { Metrics } from '../../observability/metrics.ts'

interface SystemOptions {
  readonly state: GatewayState
  readonly cache: Pick<ResponseCache, 'size'>
  readonly metrics: Pick<Metrics, 'contentType'>
  readonly renderedMetrics: () => Promise<Buffer>
  /** The bearer token that a scrape needs; undefined where none. */
  readonly metricsToken: string | undefined
  readonly version: string
  /** True while the database is open and the server is not draining. */
  readonly isReady: () => boolean
}

function readHealth({ state, cache, version }: SystemOptions): HealthView {
  const { endpoints, connectedEndpointIds, settings } = state.snapshot()
  return {
    status: connectedEndpointIds.size > 0 ? 'ok' : 'degraded',
    version,
    endpoints: endpoints.length,
    connected: connectedEndpointIds.size,
    routing_mode: settings.routingMode,
    priority_input_token_id: settings.priorityInputTokenId,
    cache_size: cache.size(),
    ...readStats(state),
  }
}

/** Compares digests, whose comparison reveals nothing about the token. */
function createBearerCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true
  const digest = digestSecret(token)
  return (authorization = '') => {
    const [scheme = '', credential = ''] = authorization.split(' ', 2)
    return scheme.toLowerCase() === 'bearer' && digestSecret(credential) === digest
  }
}

export function systemRoutes(app: FastifyInstance, options: SystemOptions, done: () => void): void {
  app.get('/', (_request, reply) => reply.redirect('/admin', 307))
  app.get('/health', (_request, reply) => {
    const health = readHealth(options)
    return reply.code(health.status === 'ok' ? 200 : 503).send(health)
  })
  app.get('/livez', (_request, reply) => reply.send({ status: 'ok' }))
  app.get('/readyz', (_request, reply) => {
    const ready = options.isReady()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready' })
  })
  const mayReadMetrics = createBearerCheck(options.metricsToken)
  app.get('/metrics', async (request, reply) => {
    if (!mayReadMetrics(request.headers.authorization))
      throw gatewayError(
        'LB_ERR_UNAUTHORIZED',
        'the metrics take LB_METRICS_TOKEN: Authorization: Bearer <token>',
      )
    return reply.header('content-type', options.metrics.contentType).send(await options.renderedMetrics())
  })
  done()
}
