// The views of an endpoint: with live counters for the admin API, with settings only for the audit.
import type { BackendLoad, EndpointView } from '../../contract/endpoint.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import type { Clock } from '../../core/clock.ts'
import type { LoadReport } from '../../core/placement/load-report.ts'
import {
  findById,
  type Configuration,
  type EndpointConfig,
  type Snapshot,
  type TokenConfig,
  type Wire,
} from '../../core/state/configuration.ts'
import { breakerState, cooldownRemainingMs } from '../../core/lease/breaker.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { roundTo } from '../../core/round-to.ts'
import { previewSecret } from '../../core/secret-preview.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { createFieldView } from '../changes/field-values.ts'
import { endpointEtag } from '../changes/etag.ts'
import { memoizeByObject } from '../changes/memoize-by-object.ts'
import { cooldownScope } from './cooldown-scope.ts'

const settings = createFieldView(endpointFields)

const part = (value: number | undefined): number | null => (value === undefined ? null : roundTo(value, 3))

const loadView = ({ running, waiting, cacheUse, hitRate }: LoadReport): BackendLoad => ({
  running: Math.round(running),
  waiting: Math.round(waiting),
  cache_use: part(cacheUse),
  hit_rate: part(hitRate),
})

/** The live counters and the health of an endpoint. */
export function endpointStatus(state: GatewayState, clock: Clock, id: number) {
  const runtime = state.endpoint(id)
  const { counters, lastError } = runtime
  const nowMs = clock()
  return {
    total_requests: counters.totalRequests,
    total_success: counters.totalSuccess,
    total_failures: counters.totalFailures,
    consecutive_failures: counters.consecutiveFailures,
    avg_latency_ms: roundTo(counters.avgLatencyMs, 3),
    prompt_tokens_total: counters.promptTokens,
    completion_tokens_total: counters.completionTokens,
    cached_tokens_total: counters.cachedTokens,
    reasoning_tokens_total: counters.reasoningTokens,
    inflight: runtime.inflight,
    cooldown_remaining_s: roundTo(cooldownRemainingMs(runtime, nowMs) / 1000, 3),
    breaker_state: breakerState(runtime, nowMs),
    cooldown_scope: cooldownScope(runtime, state.snapshot()),
    healthy: !runtime.unhealthy,
    health_check_error: runtime.healthCheckError,
    load: runtime.load && loadView(runtime.load),
    last_error: lastError && lastError.text,
    last_error_age_s: lastError && roundTo((nowMs - lastError.atMs) / 1000, 3),
  }
}

/** @param snapshot - the configuration that holds the endpoint. */
export function endpointView(
  { state, clock }: { readonly state: GatewayState; readonly clock: Clock },
  snapshot: Snapshot,
  endpoint: EndpointConfig,
): EndpointView {
  return {
    id: endpoint.id,
    etag: endpointEtag(endpoint),
    ...settings(endpoint),
    connected: snapshot.connectedEndpointIds.has(endpoint.id),
    has_api_key: endpoint.apiKey !== '',
    api_key_preview: previewSecret(endpoint.apiKey),
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
    ...endpointStatus(state, clock, endpoint.id),
  }
}

// A change may touch thousands of endpoints.
const wiresByEndpoint = memoizeByObject((wires: readonly Wire[]) =>
  Map.groupBy(wires, ({ endpointId }) => endpointId),
)
const tokensByPreference = memoizeByObject((tokens: readonly TokenConfig[]) =>
  Map.groupBy(tokens, ({ preferredEndpointId }) => preferredEndpointId),
)

/** Includes its wires and the tokens that prefer it, which it loses when it is deleted. */
export function describeEndpoint(configuration: Configuration, id: number): AuditFields | null {
  const endpoint = findById(configuration.endpoints, id)
  if (endpoint === undefined) return null
  const wires = wiresByEndpoint(configuration.wires).get(id) ?? []
  const preferring = tokensByPreference(configuration.tokens).get(id) ?? []
  return {
    ...settings(endpoint),
    api_key: endpoint.apiKey,
    connected: wires.length > 0,
    incoming_block_ids: wires.map((wire) => wire.blockId),
    preferred_by_client_token_ids: preferring.map((token) => token.id),
  }
}
