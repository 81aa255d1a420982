// The Prometheus metrics of the balancer.
import { setImmediate } from 'node:timers/promises'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { StatsView } from '../contract/gateway.ts'
import { exposeEndpoints, type LiveEndpoint } from './endpoint-series.ts'
import { exposeWorkers, type LiveWorkers } from './worker-series.ts'
import { createRequestHistograms, statusClass, type ObservedRequest } from './request-histograms.ts'

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
  /** Of sessions to another endpoint than before. */
  readonly sessionMoves: number
  readonly hasBlock: (id: number) => boolean
  /** Absent where one process does everything. */
  readonly workers?: LiveWorkers | null
}

export interface FinishedRequest extends ObservedRequest {
  /** Whether the gateway's statistics count it as an error, which includes a broken stream with status 200. */
  readonly failed: boolean
  /** Undefined for a client without a stored token. */
  readonly clientTokenId?: number | undefined
}

export interface Metrics {
  readonly contentType: string
  /** Called once for each request that got a response. */
  observeRequest(request: FinishedRequest): void
  /** @returns the text that Prometheus scrapes. Other work runs in between where it is long. */
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
// About half a millisecond of work.
const CHARACTERS_BETWEEN_YIELDS = 65_536

async function concatenate(pieces: Iterable<string>): Promise<string> {
  const done: string[] = []
  let slice = ''
  for (const piece of pieces) {
    slice += piece
    if (slice.length < CHARACTERS_BETWEEN_YIELDS) continue
    done.push(slice)
    slice = ''
    await setImmediate()
  }
  return done.join('') + slice
}

function createGatewayFigures(registry: Registry): (live: LiveFigures) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const inflight = gauge('lb_inflight_requests', 'Requests being served.')
  const queued = gauge('lb_queued_requests', 'Requests waiting for an endpoint with room.')
  const tokens = gauge('lb_tokens_per_second', 'Completion tokens per second over the last ten seconds.')
  const requests = gauge('lb_requests_per_second', 'Requests per second over the last ten seconds.')
  const uptime = gauge('lb_uptime_seconds', 'Time since the start.')
  const bodies = gauge('lb_request_body_bytes', 'Memory that the bodies of open requests take.')
  const moves = new Counter({
    name: 'lb_session_moves_total',
    help: 'Times that a session has gone to another endpoint than before.',
    registers: [registry],
  })
  return ({ stats, bodyBytes, sessionMoves }) => {
    bodies.set(bodyBytes)
    moves.reset()
    moves.inc(sessionMoves)
    inflight.set(stats.total_inflight)
    queued.set(stats.queued)
    tokens.set(stats.tokens_per_second)
    requests.set(stats.requests_per_second)
    uptime.set(stats.uptime_seconds)
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
  const writeGateway = createGatewayFigures(registry)
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
      const names = new Set(live.endpoints.map(({ name }) => name))
      const exposed = histograms.expose({ hasEndpoint: (name) => names.has(name), hasBlock: live.hasBlock })
      const endpoints = await concatenate(exposeEndpoints(live.endpoints))
      const workers = live.workers ? exposeWorkers(live.workers) : ''
      return `${await registry.metrics()}\n${workers}${endpoints}${await concatenate(exposed)}`
    },
  }
}
