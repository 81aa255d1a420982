// Requests the model list of one endpoint.
import type { EndpointConfig } from '../../core/state/configuration.ts'
import type { ModelList } from '../../core/models/served-models.ts'
import type { SetTimer } from '../../core/timer.ts'
import { probeEndpoint, type ProbeResponse } from '../health/probe-endpoint.ts'
import type { Upstream, UpstreamPools } from '../upstream/upstream-pools.ts'
import { readModelInfo, readModelList } from './read-model-list.ts'

// Of each of two requests.
const MAX_WAIT_MS = 10_000
const NOT_FOUND = 404

/**
 * Asks for `/models` below the base URL; where the endpoint has no such route, or no list there, for `/info` beside `/v1`,
 * by which TEI says the only model that it has.
 * @returns undefined where the endpoint does not send a model list in time. Never rejects.
 */
export async function fetchModels(
  pools: UpstreamPools,
  endpoint: EndpointConfig,
  setTimer: SetTimer,
): Promise<ModelList | undefined> {
  let upstream: Upstream
  try {
    upstream = pools.of(endpoint)
  } catch {
    // Only an older database can hold such a URL.
    return undefined
  }
  const waitMs = Math.min(MAX_WAIT_MS, endpoint.timeoutS * 1000)
  const get = (path: string, basePath: string): Promise<ProbeResponse> =>
    probeEndpoint({ ...upstream, basePath }, { path, body: null, purpose: 'models' }, waitMs, setTimer)
  const response = await get('/models', upstream.basePath)
  if (response.error !== null) return undefined
  const list = response.status === 200 ? readModelList(response.body) : undefined
  if (list !== undefined || (response.status !== 200 && response.status !== NOT_FOUND)) return list
  const info = await get('/info', upstream.rootPath)
  return info.error === null && info.status === 200 ? readModelInfo(info.body) : undefined
}
