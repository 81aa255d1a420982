// The metrics of endpoints in Prometheus' text format, from their counters. prom-client would hash the labels of each sample.
import type { EndpointCounters } from '../core/state/counters.ts'
import type { LoadReport } from '../core/placement/load-report.ts'
import type { ShownWork } from '../core/placement/shown-work.ts'
import { renderLabels } from './histogram.ts'

export interface LiveEndpoint {
  readonly name: string
  readonly inflight: number
  readonly giveUps: number
  /** null where no request waits for its first byte. */
  readonly oldestWaitMs: number | null
  /** True from when the breaker opens until a probe succeeds. */
  readonly isTripped: boolean
  /** True while it is tripped for the requests of one client or for one model only. */
  readonly isPartlyTripped: boolean
  readonly counters: Readonly<EndpointCounters>
  /** What the backend told of its own load; null while that is not known. */
  readonly load: LoadReport | null
  readonly work: ShownWork
  readonly estimated: Readonly<{ promptTokens: number; completionTokens: number }>
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  /** Where there are several samples of one endpoint: the further label and its values. */
  readonly label?: string
  /** undefined for none. */
  values(endpoint: LiveEndpoint): number | Readonly<Record<string, number>> | undefined
}

const families: readonly Family[] = [
  {
    name: 'lb_endpoint_requests_total',
    help: 'Requests served by the endpoint.',
    type: 'counter',
    values: ({ counters }) => counters.totalRequests,
  },
  {
    name: 'lb_endpoint_failures_total',
    help: 'Requests that failed at the endpoint.',
    type: 'counter',
    values: ({ counters }) => counters.totalFailures,
  },
  {
    name: 'lb_endpoint_inflight_requests',
    help: 'Requests being served by the endpoint.',
    type: 'gauge',
    values: ({ inflight }) => inflight,
  },
  {
    name: 'lb_endpoint_breaker_open',
    help: 'Whether failures or a hang have set the endpoint aside: 1 until a request to it has succeeded.',
    type: 'gauge',
    values: ({ isTripped }) => Number(isTripped),
  },
  {
    name: 'lb_endpoint_breaker_partial',
    help: 'Whether lb_endpoint_breaker_open concerns the requests of one client or for one model only: others are served.',
    type: 'gauge',
    values: ({ isPartlyTripped }) => Number(isPartlyTripped),
  },
  {
    name: 'lb_endpoint_avg_latency_seconds',
    help: 'Moving average of the time the endpoint takes for a request.',
    type: 'gauge',
    values: ({ counters }) => counters.avgLatencyMs / 1000,
  },
  {
    name: 'lb_endpoint_give_ups_total',
    help: 'Requests whose client left before the first byte, after longer than the first-byte limit.',
    type: 'counter',
    values: ({ giveUps }) => giveUps,
  },
  {
    name: 'lb_endpoint_oldest_wait_seconds',
    help: 'The longest that a request waits for its first byte now; 0 where none does.',
    type: 'gauge',
    values: ({ oldestWaitMs }) => (oldestWaitMs ?? 0) / 1000,
  },
  {
    name: 'lb_endpoint_tokens_total',
    help: 'Tokens of the endpoint, by type: prompt or completion.',
    type: 'counter',
    label: 'type',
    values: ({ counters }) => ({ prompt: counters.promptTokens, completion: counters.completionTokens }),
  },
  {
    name: 'lb_endpoint_cached_tokens_total',
    help: "Those of its prompt tokens that came from the backend's cache, as far as it tells.",
    type: 'counter',
    values: ({ counters }) => counters.cachedTokens,
  },
  {
    name: 'lb_endpoint_reasoning_tokens_total',
    help: 'Those of its completion tokens that were spent on reasoning, as far as the backend tells.',
    type: 'counter',
    values: ({ counters }) => counters.reasoningTokens,
  },
  {
    name: 'lb_endpoint_estimated_tokens_total',
    help: 'Those of lb_endpoint_tokens_total that the endpoint did not report, as clients left in the middle of a stream.',
    type: 'counter',
    label: 'type',
    values: ({ estimated }) => ({ prompt: estimated.promptTokens, completion: estimated.completionTokens }),
  },
  {
    name: 'lb_endpoint_prefilling_requests',
    help: 'Requests sent to the endpoint whose first token has not arrived.',
    type: 'gauge',
    values: ({ work }) => work.prefilling,
  },
  {
    name: 'lb_endpoint_expected_wait_seconds',
    help: 'How long another request would wait at the endpoint before it is begun, as placement reckons.',
    type: 'gauge',
    values: ({ work: { waitMs } }) => (waitMs === null ? undefined : waitMs / 1000),
  },
  {
    name: 'lb_endpoint_prefill_tokens_per_second',
    help: 'The speed that the endpoint has shown at reading uncached prompts.',
    type: 'gauge',
    values: ({ work }) => work.tokensPerSecond ?? undefined,
  },
  {
    name: 'lb_endpoint_backend_running',
    help: 'Requests that the backend processes, of all its clients, as far as it tells.',
    type: 'gauge',
    values: ({ load }) => load?.running,
  },
  {
    name: 'lb_endpoint_backend_waiting',
    help: 'Requests that wait at the backend, of all its clients, as far as it tells.',
    type: 'gauge',
    values: ({ load }) => load?.waiting,
  },
  {
    name: 'lb_endpoint_backend_cache_usage_ratio',
    help: "The part of the backend's KV cache that is in use, as far as it tells.",
    type: 'gauge',
    values: ({ load }) => load?.cacheUse,
  },
  {
    name: 'lb_endpoint_backend_prefix_hit_ratio',
    help: 'The part of the prompt tokens that the backend has lately found in its prefix cache, as far as it tells.',
    type: 'gauge',
    values: ({ load }) => load?.hitRate,
  },
]

function renderSamples({ name, label = '', values }: Family, endpoint: LiveEndpoint): string {
  const labels = renderLabels({ endpoint: endpoint.name })
  const value = values(endpoint)
  if (value === undefined) return ''
  if (typeof value === 'number') return `${name}{${labels}} ${value}\n`
  return Object.entries(value)
    .map(([key, one]) => `${name}{${labels},${renderLabels({ [label]: key })}} ${one}\n`)
    .join('')
}

/** Yields short pieces of text. */
export function* exposeEndpoints(endpoints: readonly LiveEndpoint[]): Generator<string> {
  for (const family of families) {
    yield `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`
    for (const endpoint of endpoints) yield renderSamples(family, endpoint)
    yield '\n'
  }
}
