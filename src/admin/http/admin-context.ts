// The dependencies of the admin API's routes.
import type { SetTimer } from '../../core/timer.ts'
import type { DecisionRecord } from '../../core/decisions/decision.ts'
import type { DecisionLog } from '../../core/decisions/decision-log.ts'
import type { Admission, AdmissionExplanation } from '../../core/queue/admission.ts'
import type { EndpointTestView } from '../../contract/endpoint-test.ts'
import type { LiveView } from '../../contract/traffic/live.ts'
import type { Clock } from '../../core/clock.ts'
import type { ModelCatalog } from '../../core/models/model-catalog.ts'
import type { EndpointConfig, TokenConfig } from '../../core/state/configuration.ts'
import type { Placer } from '../../core/placement/placer.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { ResponseCache } from '../../core/cache/response-cache.ts'
import type { Store } from '../../store/store.ts'
import type { AdminAuthentication } from '../auth/admin-authentication.ts'
import type { ApplyBatch, ApplyChange } from '../changes/apply-change.ts'

interface ExplainedRequest {
  /** Of the balancer's URL. */
  readonly path: string
  readonly body: string
  readonly identity: { readonly token: TokenConfig | null; readonly blockId: number }
  readonly headers: Readonly<Record<string, string>>
}

export interface AdminContext {
  readonly authentication: AdminAuthentication
  readonly state: GatewayState
  readonly admission: Pick<Admission, 'waiting'>
  /** The decisions of all processes. */
  readonly decisions: {
    list(...query: Parameters<DecisionLog['list']>): DecisionRecord[] | Promise<DecisionRecord[]>
  }
  /** Says where a request would go, and sends nothing. @throws gatewayError as the proxy refuses the request. */
  readonly explain: (request: ExplainedRequest) => AdmissionExplanation
  readonly placer: Pick<Placer, 'expected'>
  /** Default: one process does everything. */
  readonly workers?: (() => LiveView['stats']['workers']) | undefined
  /** @param worker - 0 for this process. @returns the content of a .cpuprofile file; undefined where no such worker runs. */
  readonly takeProfile: (worker: number, seconds: number) => Promise<string | undefined>
  readonly modelCatalog: Pick<ModelCatalog, 'reading' | 'revision'>
  readonly store: Store
  readonly cache: Pick<ResponseCache, 'clear'>
  readonly applyChange: ApplyChange
  readonly applyBatch: ApplyBatch
  readonly clock: Clock
  /** @returns a function that cancels the timer. */
  readonly setTimer: SetTimer
  /** Requests the models of an endpoint; never throws. */
  readonly testEndpoint: (
    target: Pick<EndpointConfig, 'baseUrl' | 'apiKey' | 'authStyle' | 'timeoutS' | 'verifyTls'>,
  ) => Promise<EndpointTestView>
  readonly version: string
  /** The timeout_seconds of a new endpoint whose request names none. */
  readonly defaultTimeoutS: number
  /** Digests of LB_CLIENT_TOKENS. No stored token may have the same value. */
  readonly reservedDigests: ReadonlySet<string>
  /** Whether clients without a token are served although tokens exist. Default false. */
  readonly allowAnonymous?: boolean
  /** Called when an endpoint may accept requests again; must not throw. */
  readonly onCapacityChanged?: (() => void) | undefined
  /** Ends the requests of an endpoint that takes no more, or moves them to another; must not throw. */
  readonly endInFlight: (endpointId: number) => void
  /** Reset by reset-stats, together with the state and the cache. */
  readonly trafficShare?: { reset(): void } | undefined
}
