// Applies what another process has learned.
import type { MissingRoutes } from '../core/apis/missing-routes.ts'
import type { ResponseCache } from '../core/cache/response-cache.ts'
import type { BreakingRequests } from '../core/lease/breaking-requests.ts'
import { lastSuccessMs } from '../core/lease/recent-success.ts'
import type { PoisonRequests } from '../core/lease/poison-requests.ts'
import type { ModelCatalog } from '../core/models/model-catalog.ts'
import type { ObjectPins } from '../core/pins/object-pins.ts'
import type { Placer } from '../core/placement/placer.ts'
import type { GatewayState } from '../core/state/gateway-state.ts'
import { decodeBlocks } from './prompt-blocks.ts'
import type { SharedRecord } from './shared-record.ts'

export interface SharedParts {
  readonly state: GatewayState
  readonly poisonRequests: PoisonRequests
  readonly breakingRequests: BreakingRequests
  readonly objectPins: ObjectPins
  readonly cache: ResponseCache
  readonly modelCatalog: Pick<ModelCatalog, 'reportLack'>
  readonly missingRoutes: Pick<MissingRoutes, 'learn' | 'forget'>
  readonly placer: Pick<Placer, 'noteHeld'>
  readonly applySums: (record: Extract<SharedRecord, { readonly type: 'sums' }>) => void
}

type EndpointRecord = Extract<
  SharedRecord,
  { readonly type: 'break' | 'lacks model' | 'lacks route' | 'has route' | 'prompt' }
>

function applyToEndpoint({ state, ...parts }: SharedParts, record: EndpointRecord): void {
  // Requests outlive their endpoint, which a process that was started after its end has never known.
  if (!state.snapshot().endpointById.has(record.endpointId)) return
  const endpoint = state.endpoint(record.endpointId)
  switch (record.type) {
    case 'break': {
      // The times of the other process are not those of this one.
      const broken = { endpointId: record.endpointId, lastSuccessMs: lastSuccessMs(endpoint.successes) }
      return void parts.breakingRequests.record(record.digest, broken)
    }
    case 'lacks model':
      return parts.modelCatalog.reportLack(endpoint, record.model)
    case 'lacks route':
      return void parts.missingRoutes.learn(endpoint, record.path)
    case 'has route':
      return parts.missingRoutes.forget(endpoint, record.path)
    case 'prompt':
      return parts.placer.noteHeld(endpoint, decodeBlocks(record.blocks))
  }
}

export function applyRecord(parts: SharedParts, record: SharedRecord): void {
  const { poisonRequests, breakingRequests, objectPins } = parts
  switch (record.type) {
    case 'sums':
      return parts.applySums(record)
    case 'suspect':
      return void poisonRequests.suspect(record.digest)
    case 'poison':
      return poisonRequests.markPoison(record.digest)
    case 'no poison':
      return poisonRequests.clear(() => record.digest)
    case 'no break':
      return breakingRequests.clear(() => record.digest)
    case 'pin':
      return objectPins.add(record.key, record.endpointId)
    case 'unpin':
      return objectPins.remove(record.key)
    case 'usage awaited':
      return objectPins.awaitUsage(record.key, record.counted)
    case 'usage taken':
      return void objectPins.takeAwaited(record.key)
    case 'cached': {
      const { key, contentType, base64 } = record
      return parts.cache.set(key, { contentType, body: Buffer.from(base64, 'base64') })
    }
    case 'break':
    case 'lacks model':
    case 'lacks route':
    case 'has route':
    case 'prompt':
      return applyToEndpoint(parts, record)
  }
}
