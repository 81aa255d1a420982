// Asks an endpoint for its load.
import type { EndpointConfig } from '../../core/state/configuration.ts'
import type { SetTimer } from '../../core/timer.ts'
import { probeEndpoint, type ProbeResponse } from '../health/probe-endpoint.ts'
import type { Upstream, UpstreamPools } from '../upstream/upstream-pools.ts'
import type { LoadFigures } from './load-figures.ts'
import { readMetrics, type Engine } from './read-metrics.ts'
import { readSglangLoads, SGLANG_LOADS_PATH } from './read-sglang-loads.ts'

export interface ToldLoad {
  readonly engine: Engine
  readonly path: LoadPath
  readonly figures: LoadFigures
}

const METRICS_PATH = '/metrics'
type LoadPath = typeof METRICS_PATH | typeof SGLANG_LOADS_PATH

/** `nothing` where the endpoint answers with something else, `unreachable` where it does not answer or not now. */
export type LoadResult = ToldLoad | 'nothing' | 'unreachable'

interface LoadQuestion {
  readonly wanted: Engine | 'auto'
  /** Where it told its load the last time; undefined for wherever it does. */
  readonly path: LoadPath | undefined
  readonly waitMs: number
}

const MAX_BYTES = 1024 * 1024
const OK = 200
const NOT_FOUND = 404
const passingStatuses = new Set([429, 502, 503, 504])

const isUnreachable = ({ status, error }: ProbeResponse): boolean =>
  status === null || error !== null || passingStatuses.has(status)

function openUpstream(pools: UpstreamPools, endpoint: EndpointConfig): Upstream | undefined {
  try {
    return pools.of(endpoint)
  } catch {
    // Only an older database can hold such a URL.
    return undefined
  }
}

/**
 * Asks for `/metrics` beside `/v1`; where SGLang may be and has them off, for its loads.
 * @returns what was read within the time and one megabyte. Never rejects.
 */
export async function fetchLoad(
  pools: UpstreamPools,
  endpoint: EndpointConfig,
  { wanted, path, waitMs }: LoadQuestion,
  setTimer: SetTimer,
): Promise<LoadResult> {
  const upstream = openUpstream(pools, endpoint)
  if (upstream === undefined) return 'nothing'
  const get = (asked: LoadPath, accept: string): Promise<ProbeResponse> =>
    probeEndpoint(
      { ...upstream, basePath: upstream.rootPath },
      { path: asked, body: null, purpose: 'load', accept, maxBytes: MAX_BYTES },
      waitMs,
      setTimer,
    )
  let isFound = false
  if (path !== SGLANG_LOADS_PATH) {
    const response = await get(METRICS_PATH, 'text/plain')
    if (isUnreachable(response)) return 'unreachable'
    const told = response.status === OK ? readMetrics(response.body.toString('utf8'), wanted) : undefined
    if (told) return { ...told, path: METRICS_PATH }
    isFound = response.status !== NOT_FOUND
  }
  if (isFound || (wanted !== 'auto' && wanted !== 'sglang')) return 'nothing'
  const response = await get(SGLANG_LOADS_PATH, 'application/json')
  if (isUnreachable(response)) return 'unreachable'
  const figures = response.status === OK ? readSglangLoads(response.body.toString('utf8')) : undefined
  return figures ? { engine: 'sglang', path: SGLANG_LOADS_PATH, figures } : 'nothing'
}
