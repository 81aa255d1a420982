// The Prometheus metrics of the balancer.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { StatsView } from '../contract/gateway.ts'
import type { EndpointCounters } from '../core/state/counters.ts'
import { createRequestHistograms, statusClass, type ObservedRequest } from './request-histograms.ts'

interface LiveEndpoint {
  readonly name: string
  readonly inflight: number
  /** True from when the breaker opens until a probe succeeds. */
  readonly isTripped: boolean
  readonly counters: Readonly<EndpointCounters>
  readonly estimated: Readonly<{ promptTokens: number; completionTokens: number }>
}

/** Values that are read at each scrape. */
export interface LiveFigures {
  readonly stats: Pick<
    StatsView,
    'total_inflight' | 'queued' | 'tokens_per_second' | 'requests_per_second' | 'uptime_seconds'
  >
  /** Endpoints that are not deleted; the series of all others are removed. */
  readonly endpoints: readonly LiveEndpoint[]
  /** That the bodies of open requests take. */
  readonly bodyBytes: number
  readonly hasBlock: (id: number) => boolean
}

export interface FinishedRequest extends ObservedRequest {
  /** Whether the gateway's statistics count it as an error, which includes a broken stream with status 200. */
  readonly failed: boolean
}

export interface Metrics {
  readonly contentType: string
  /** Called once for each request that got a response. */
  observeRequest(request: FinishedRequest): void
  /** @returns the text that Prometheus scrapes. */
  render(): Promise<string>
}

interface MetricsOptions {
  readonly readLive: () => LiveFigures
  /** Adds the metrics of the process and of Node.js, whose observers live until it exits. Default true. */
  readonly processMetrics?: boolean
}

// Gauges with names of counters, which promtool rejects.
const REFUSED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]
const EVENT_LOOP_PRECISION_MS = 20

function createGatewayGauges(registry: Registry): (live: LiveFigures) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const inflight = gauge('lb_inflight_requests', 'Requests being served.')
  const queued = gauge('lb_queued_requests', 'Requests waiting for an endpoint with room.')
  const tokens = gauge('lb_tokens_per_second', 'Completion tokens per second over the last ten seconds.')
  const requests = gauge('lb_requests_per_second', 'Requests per second over the last ten seconds.')
  const uptime = gauge('lb_uptime_seconds', 'Time since the start.')
  const bodies = gauge('lb_request_body_bytes', 'Memory that the bodies of open requests take.')
  return ({ stats, bodyBytes }) => {
    bodies.set(bodyBytes)
    inflight.set(stats.total_inflight)
    queued.set(stats.queued)
    tokens.set(stats.tokens_per_second)
    requests.set(stats.requests_per_second)
    uptime.set(stats.uptime_seconds)
  }
}

// Rebuilt at each scrape, so that a deleted or renamed endpoint leaves no series behind.
function createEndpointMetrics(registry: Registry): (endpoints: readonly LiveEndpoint[]) => void {
  const shared = { labelNames: ['endpoint'], registers: [registry] }
  const requests = new Counter({
    name: 'lb_endpoint_requests_total',
    help: 'Requests served by the endpoint.',
    ...shared,
  })
  const failures = new Counter({
    name: 'lb_endpoint_failures_total',
    help: 'Requests that failed at the endpoint.',
    ...shared,
  })
  const inflight = new Gauge({
    name: 'lb_endpoint_inflight_requests',
    help: 'Requests being served by the endpoint.',
    ...shared,
  })
  const breaker = new Gauge({
    name: 'lb_endpoint_breaker_open',
    help: 'Whether failures have set the endpoint aside: 1 until a request to it has succeeded.',
    ...shared,
  })
  const latency = new Gauge({
    name: 'lb_endpoint_avg_latency_seconds',
    help: 'Moving average of the time the endpoint takes for a request.',
    ...shared,
  })
  const tokens = new Counter({
    name: 'lb_endpoint_tokens_total',
    help: 'Tokens of the endpoint, by type: prompt or completion.',
    registers: [registry],
    labelNames: ['endpoint', 'type'],
  })
  const estimatedTokens = new Counter({
    name: 'lb_endpoint_estimated_tokens_total',
    help: 'Those of lb_endpoint_tokens_total that the endpoint did not report, as clients left in the middle of a stream.',
    registers: [registry],
    labelNames: ['endpoint', 'type'],
  })
  return (endpoints) => {
    for (const metric of [requests, failures, inflight, breaker, latency, tokens, estimatedTokens])
      metric.reset()
    for (const { name: endpoint, inflight: held, isTripped, counters, estimated } of endpoints) {
      requests.inc({ endpoint }, counters.totalRequests)
      failures.inc({ endpoint }, counters.totalFailures)
      inflight.set({ endpoint }, held)
      breaker.set({ endpoint }, Number(isTripped))
      latency.set({ endpoint }, counters.avgLatencyMs / 1000)
      tokens.inc({ endpoint, type: 'prompt' }, counters.promptTokens)
      tokens.inc({ endpoint, type: 'completion' }, counters.completionTokens)
      estimatedTokens.inc({ endpoint, type: 'prompt' }, estimated.promptTokens)
      estimatedTokens.inc({ endpoint, type: 'completion' }, estimated.completionTokens)
    }
  }
}

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS })
  for (const name of REFUSED) registry.removeSingleMetric(name)
}

/** A counter by status class whose increments avoid prom-client's hashing of labels. */
function createStatusCounter(registry: Registry, name: string, help: string) {
  const counter = new Counter({ name, help, labelNames: ['status'], registers: [registry] })
  // All series exist from the start, since rate() needs a zero to start from.
  const counts = new Map([2, 4, 5].map((key) => [key, 0]))
  return {
    count(status: number) {
      const key = Math.floor(status / 100)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    write() {
      counter.reset()
      for (const [key, count] of counts) counter.inc({ status: statusClass(key * 100) }, count)
    },
  }
}

export function createMetrics({ readLive, processMetrics = true }: MetricsOptions): Metrics {
  const registry = new Registry()
  const requests = createStatusCounter(
    registry,
    'lb_requests_total',
    'Requests with a response, by status class.',
  )
  const errors = createStatusCounter(
    registry,
    'lb_errors_total',
    'Requests that failed, by the status class their client saw.',
  )
  const writeGateway = createGatewayGauges(registry)
  const writeEndpoints = createEndpointMetrics(registry)
  const histograms = createRequestHistograms()
  if (processMetrics) collectProcessMetrics(registry)

  return {
    contentType: registry.contentType,
    observeRequest(request) {
      requests.count(request.status)
      if (request.failed) errors.count(request.status)
      histograms.observe(request)
    },
    async render() {
      const live = readLive()
      requests.write()
      errors.write()
      writeGateway(live)
      writeEndpoints(live.endpoints)
      const names = new Set(live.endpoints.map(({ name }) => name))
      const exposed = histograms.expose({
        hasEndpoint: (name) => names.has(name),
        hasBlock: live.hasBlock,
      })
      return `${await registry.metrics()}\n${exposed}`
    },
  }
}
