// Keeps what all workers must know alike: each change of one worker is published, and those of others are applied.
import type { MissingRoutes } from '../../core/apis/missing-routes.ts'
import type { ResponseCache } from '../../core/cache/response-cache.ts'
import type { BreakingRequests } from '../../core/lease/breaking-requests.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'
import type { ObjectPins } from '../../core/pins/object-pins.ts'
import type { SharedRecord } from '../shared-record.ts'

type LocalRoutes = Pick<MissingRoutes, 'learn' | 'forget'>
type Publish = (record: SharedRecord) => void

/** Calls back with the digest only where the local part has asked for it: else there is nothing to change. */
function once(digest: () => string, use: (ask: () => string) => void): string | undefined {
  let computed: string | undefined
  use(() => (computed ??= digest()))
  return computed
}

export const sharePoisonRequests = (local: PoisonRequests, publish: Publish): PoisonRequests => ({
  ...local,
  suspect(digest) {
    // Also where it is known: the time for which it is remembered starts anew.
    publish({ type: 'suspect', digest })
    return local.suspect(digest)
  },
  markPoison(digest) {
    local.markPoison(digest)
    publish({ type: 'poison', digest })
  },
  clear(digest) {
    const cleared = once(digest, local.clear)
    if (cleared !== undefined) publish({ type: 'no poison', digest: cleared })
  },
})

export const shareBreakingRequests = (local: BreakingRequests, publish: Publish): BreakingRequests => ({
  ...local,
  record(digest, broken) {
    publish({ type: 'break', digest, endpointId: broken.endpointId })
    return local.record(digest, broken)
  },
  clear(digest) {
    const cleared = once(digest, local.clear)
    if (cleared !== undefined) publish({ type: 'no break', digest: cleared })
  },
})

/** That usage is counted, the primary makes known: it counts it for the first that reports it. */
export const shareObjectPins = (local: ObjectPins, publish: Publish): ObjectPins => ({
  ...local,
  add(key, endpointId) {
    local.add(key, endpointId)
    publish({ type: 'pin', key, endpointId })
  },
  awaitUsage(key, counted) {
    local.awaitUsage(key, counted)
    publish({ type: 'usage awaited', key, counted })
  },
  remove(key) {
    local.remove(key)
    publish({ type: 'unpin', key })
  },
})

export const shareResponseCache = (local: ResponseCache, publish: Publish): ResponseCache => ({
  ...local,
  set(key, response) {
    local.set(key, response)
    const { buffer, byteOffset, byteLength } = response.body
    const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
    publish({ type: 'cached', key, contentType: response.contentType, base64 })
  },
})

export const shareMissingRoutes = (local: LocalRoutes, publish: Publish): LocalRoutes => ({
  learn(endpoint, path) {
    const isNews = local.learn(endpoint, path)
    if (isNews) publish({ type: 'lacks route', endpointId: endpoint.config.id, path })
    return isNews
  },
  forget(endpoint, path) {
    if (endpoint.missingRoutes.has(path)) publish({ type: 'has route', endpointId: endpoint.config.id, path })
    local.forget(endpoint, path)
  },
})
