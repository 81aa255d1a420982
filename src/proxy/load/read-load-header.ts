// Reads the load that vLLM tells in the header of a response, in the forms of the Open Request Cost Aggregation.
import { meanRatio, sum } from './load-figures.ts'

export const LOAD_HEADER = 'endpoint-load-metrics'
/** Name and value of the request header that asks for it. */
export const LOAD_HEADER_REQUEST = ['endpoint-load-metrics-format', 'TEXT'] as const

/** undefined is what it does not say. */
interface HeaderFigures {
  readonly running: number | undefined
  readonly waiting: number | undefined
  readonly cacheUse: number | undefined
}

const pair = /named_metrics\.(\w+)[ \t]*=[ \t]*([^\s,]+)/g

function namedMetrics(header: string): Readonly<Record<string, unknown>> {
  if (!header.startsWith('JSON')) {
    const pairs = [...header.matchAll(pair)].map(([, name = '', value]) => [name, Number(value)] as const)
    return Object.fromEntries(pairs)
  }
  const report: unknown = JSON.parse(header.slice('JSON'.length))
  const metrics = (report as { readonly named_metrics?: unknown } | null)?.named_metrics
  return typeof metrics === 'object' ? { ...metrics } : {}
}

/**
 * @param header - `TEXT named_metrics.kv_cache_usage_perc=0.4, …` or `JSON {"named_metrics": {…}}`.
 * @returns undefined where it says nothing of these.
 */
export function readLoadHeader(header: string): HeaderFigures | undefined {
  try {
    const metrics = namedMetrics(header)
    const values = (name: string): number[] =>
      [metrics[name]].filter((value): value is number => Number.isFinite(value))
    const count = (name: string): number | undefined =>
      values(name).length > 0 ? sum(values(name)) : undefined
    const figures = {
      running: count('num_requests_running'),
      waiting: count('num_requests_waiting'),
      cacheUse: meanRatio(values('kv_cache_usage_perc')),
    }
    return Object.values(figures).some((value) => value !== undefined) ? figures : undefined
  } catch {
    return undefined
  }
}
