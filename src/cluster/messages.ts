// The messages between the primary process and its workers: plain data that survives a structured clone, sent in batches, in order.
import type { ApiName } from '../contract/objects/api-names.ts'
import type { DecisionOutcome } from '../contract/objects/decision-words.ts'
import type { DecisionRecord } from '../core/decisions/decision.ts'
import type { FailureEvidence } from '../core/lease/failure-evidence.ts'
import type { ClientKey, Scope } from '../core/lease/scope.ts'
import type { Settlement } from '../core/lease/settlement.ts'
import type { BlockQueue } from '../core/queue/block-queue.ts'
import type { ModelList } from '../core/models/served-models.ts'
import type { LoadReport } from '../core/placement/load-report.ts'
import type { TokenMeasure } from '../core/routing/token-estimate.ts'
import type { SlotGrant, SlotReport } from '../core/shared/slot-messages.ts'
import type { SharedRecord } from './shared-record.ts'
import type { ConfigurationChange } from './configuration-change.ts'

/** What the primary's books need of the request for which a worker took a lease. */
export interface LeasedRequest {
  readonly blockId: number
  readonly tokenId: number | null
  readonly client?: string | undefined
  readonly api: ApiName
  readonly path: string
  readonly model?: string | undefined
  readonly aliasId?: number | undefined
  /** The only one that might serve it; undefined for any. */
  readonly endpointId?: number | undefined
  readonly measure: TokenMeasure
  readonly stream: boolean
  readonly maxTokens?: number | undefined
  readonly promptBytes?: number | undefined
  /** The hashes of its prompt, as base64 of 32-bit words; undefined for none, and where caches are not regarded. */
  readonly promptBlocks?: string | undefined
  readonly session?: string | undefined
}

/** A finished request, for the totals and the metrics: what the metrics observe. */
export interface FinishedRequestReport {
  /** '' for one that took no lease. */
  readonly endpoint: string
  /** 0 for a client that was not authenticated. */
  readonly incomingBlockId: number
  readonly clientTokenId?: number | undefined
  readonly status: number
  readonly durationS: number
  readonly ttftS?: number | undefined
  readonly timePerOutputTokenS?: number | undefined
  readonly failed: boolean
}

export interface WorkerGauges {
  readonly queued: number
  readonly bodyBytes: number
  /** By incoming block. */
  readonly waiting: readonly (readonly [number, BlockQueue])[]
  /** Endpoints that have sent bytes since the last report. */
  readonly active: readonly number[]
  /** 0 to 1, since the last report. */
  readonly utilisation: number
  /** Longest delay of the event loop since the last report. */
  readonly loopDelayMs: number
  readonly rssBytes: number
}

export interface DecisionQuery {
  readonly endpointId?: number | undefined
  readonly tokenId?: number | undefined
  readonly blockId?: number | undefined
  readonly model?: string | undefined
  readonly slowerThanMs?: number | undefined
  readonly outcome?: DecisionOutcome | 'open' | undefined
}

export type WorkerMessage =
  /** It serves from now on; it wants no further connection; it has taken one over; one has closed. */
  | { readonly type: 'ready' | 'leaving' | 'taken' | 'closed' }
  | {
      readonly type: 'begin'
      readonly lease: number
      readonly endpointId: number
      readonly request: LeasedRequest
    }
  | { readonly type: 'received' | 'responded' | 'unwatch' | 'count failure'; readonly lease: number }
  | { readonly type: 'settle'; readonly lease: number; readonly result: Settlement }
  | { readonly type: 'finished'; readonly request: FinishedRequestReport }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'slots'; readonly report: SlotReport }
  | { readonly type: 'record'; readonly record: SharedRecord }
  | { readonly type: 'load header'; readonly endpointId: number; readonly header: string }
  | { readonly type: 'refresh models'; readonly endpointIds: readonly number[] }
  | { readonly type: 'gauges'; readonly gauges: WorkerGauges }
  | { readonly type: 'applied'; readonly version: number }
  /** Asks to send one probe to each endpoint; sends none to those that it was allowed. */
  | { readonly type: 'ask to probe'; readonly id: number; readonly endpointIds: readonly number[] }
  | { readonly type: 'no probe'; readonly endpointIds: readonly number[] }
  /** Asks for all that the primary has been told by now. */
  | { readonly type: 'catch up'; readonly id: number }
  | { readonly type: 'decisions'; readonly id: number; readonly decisions: readonly DecisionRecord[] }
  /** undefined where it cannot be taken. */
  | { readonly type: 'profile'; readonly profile: string | undefined }

/** Times are relative, since each process has a clock of its own. */
interface TripSignal {
  readonly remainingMs: number
  readonly cooldownMs: number
  readonly scope: Scope
  readonly isForEveryone: boolean
}

/** Ages are null for never. */
interface SuccessSignal {
  readonly agoMs: number | null
  readonly client?: ClientKey | undefined
  readonly otherClientAgoMs: number | null
  readonly model?: string | undefined
  readonly otherModelAgoMs: number | null
}

/** What the primary knows of an endpoint beyond what one worker sees of it. A member that has not changed is left out. */
export interface EndpointSignal {
  readonly id: number
  readonly trip?: TripSignal | null
  readonly hang?: { readonly nextProbeInMs: number; readonly failedProbes: number } | null
  readonly failures?: { readonly count: number; readonly evidence: FailureEvidence }
  readonly successes?: SuccessSignal
  readonly unhealthy?: boolean
  /** null where it is not known. */
  readonly list?: ModelList | null
  readonly load?: (Omit<LoadReport, 'atMs'> & { readonly agoMs: number }) | null
  readonly asksLoadHeader?: boolean
}

/** Of the endpoints that a worker has asked to probe. The others are being probed, or are not to be. */
export interface ProbeAnswer {
  /** Those to which it may send one probe each. */
  readonly allowedIds: readonly number[]
  /** Those to which another worker may, which is not known to have sent it. */
  readonly awaitedIds: readonly number[]
}

export type PrimaryMessage =
  | {
      readonly type: 'start'
      readonly workers: number
      readonly instanceId: string
      readonly promptSecret: string
      readonly adminToken: string
      readonly socketPath: string
    }
  | {
      readonly type: 'configuration'
      readonly change: ConfigurationChange
      /** undefined for all but the last part. */
      readonly version?: number
    }
  | { readonly type: 'grant'; readonly grant: SlotGrant }
  | { readonly type: 'signal'; readonly signal: EndpointSignal }
  | { readonly type: 'record'; readonly record: SharedRecord }
  | { readonly type: 'end in flight'; readonly endpointId: number }
  | { readonly type: 'caught up'; readonly id: number }
  /** The answer to the question with this id. */
  | ({ readonly type: 'may probe'; readonly id: number } & ProbeAnswer)
  /** Another worker has sent the probe that it was allowed. */
  | { readonly type: 'probe begun'; readonly endpointId: number }
  | { readonly type: 'profile'; readonly seconds: number }
  | { readonly type: 'serve waiting' | 'reset statistics' | 'clear cache' | 'drain' }
  | {
      readonly type: 'list decisions'
      readonly id: number
      readonly filter: DecisionQuery
      readonly limit: number
    }
