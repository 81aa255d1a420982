// Requests the model list of one endpoint.
import type { EndpointConfig } from '../../core/state/configuration.ts'
import type { ModelList } from '../../core/models/served-models.ts'
import type { SetTimer } from '../../core/timer.ts'
import { startUpstreamRequest, type Attempt } from '../../http/upstream-request.ts'
import { ownHeaders } from '../upstream/own-headers.ts'
import type { Upstream, UpstreamPools } from '../upstream/upstream-pools.ts'
import { MAX_LIST_BYTES, readModelList } from './read-model-list.ts'

const MAX_WAIT_MS = 10_000

/** @returns undefined where the endpoint does not send a model list in time. Never rejects. */
export function fetchModels(
  pools: UpstreamPools,
  endpoint: EndpointConfig,
  setTimer: SetTimer,
): Promise<ModelList | undefined> {
  let upstream: Upstream
  try {
    upstream = pools.of(endpoint)
  } catch {
    // Only an older database can hold such a URL.
    return Promise.resolve(undefined)
  }
  return new Promise((resolve) => {
    // An object, since `end` may be called before `startUpstreamRequest` has returned.
    const running: { attempt?: Attempt } = {}
    const chunks: Buffer[] = []
    let length = 0
    const end = (models: ModelList | undefined): void => {
      cancelDeadline()
      running.attempt?.abort()
      resolve(models)
    }
    const cancelDeadline = setTimer(() => end(undefined), Math.min(MAX_WAIT_MS, endpoint.timeoutS * 1000))
    running.attempt = startUpstreamRequest(
      upstream,
      {
        method: 'GET',
        path: `${upstream.basePath}/models`,
        headers: ownHeaders(upstream, 'models'),
        body: null,
        // 0 is none: the timer above bounds both.
        headersTimeoutMs: 0,
        bodyTimeoutMs: 0,
      },
      {
        onResponse: (_owner, status) => (status === 200 ? undefined : end(undefined)),
        onData(_owner, chunk) {
          length += chunk.length
          if (length > MAX_LIST_BYTES) end(undefined)
          else chunks.push(chunk)
        },
        onEnd: () => end(readModelList(Buffer.concat(chunks, length))),
        onError: () => end(undefined),
      },
      undefined,
    )
  })
}
