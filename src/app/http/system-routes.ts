// The system routes: health, liveness, readiness and metrics.
import type { FastifyInstance } from 'fastify'
import type { HealthView } from '../../contract/gateway.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import type { ResponseCache } from '../../core/cache/response-cache.ts'
import type { Metrics } from '../../observability/metrics.ts'

interface SystemOptions {
  readonly state: GatewayState
  readonly cache: ResponseCache
  readonly metrics: Metrics
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
  app.get('/metrics', async (_request, reply) => {
    const text = await options.metrics.render()
    return reply.header('content-type', options.metrics.contentType).send(text)
  })
  done()
}
