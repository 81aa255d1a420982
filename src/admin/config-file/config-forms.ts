// The form that objects have in a configuration file: every field under its name in the file, ids replaced by names.
import { placeholderName, type ConfigFile } from '../../contract/config-file.ts'
import type { RoutingMode } from '../../contract/gateway.ts'
import type { EndpointConfig, Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import type { EndpointValues } from '../../store/store.ts'
import { endpointValues, newEndpoint } from '../endpoints/endpoint-values.ts'

type Entry<Section extends keyof ConfigFile> =
  NonNullable<ConfigFile[Section]> extends (infer One)[] ? One : never

/** Complete, without positions. */
export const endpointForm = (endpoint: EndpointValues) => ({
  name: endpoint.name,
  base_url: endpoint.baseUrl,
  api_key: endpoint.apiKey,
  timeout_seconds: endpoint.timeoutS,
  verify_tls: endpoint.verifyTls,
  enabled: endpoint.enabled,
  token_quota_percent: endpoint.quotaPercent,
  priority_order: endpoint.priorityOrder,
  max_concurrent: endpoint.maxConcurrent,
  request_stream_usage: endpoint.requestStreamUsage,
  health_check_path: endpoint.healthCheckPath,
  health_check_interval_seconds: endpoint.healthCheckIntervalS,
  health_check_timeout_seconds: endpoint.healthCheckTimeoutS,
})
export type EndpointForm = ReturnType<typeof endpointForm>

// Types and not interfaces: a form is also a record of fields.
export type BlockForm = {
  readonly name: string
  /** Names, sorted: the order of wires means nothing. */
  readonly endpoints: readonly string[]
}

export type TokenForm = {
  readonly name: string
  readonly incoming_block: string
  readonly preferred_endpoint: string | null
  readonly request_priority: number
  readonly min_traffic_percent: number
  readonly guaranteed_share_percent: number
}

export type RoutingForm = {
  readonly mode: RoutingMode
  readonly priority_input_token: string | null
}

/** What is where a file does not say. `timeout_seconds` is the daemon's own and so never left out of an export. */
export const endpointDefaults = (): EndpointForm => endpointForm(newEndpoint(0))
export const tokenDefaults = {
  preferred_endpoint: null,
  request_priority: 0,
  min_traffic_percent: 0,
  guaranteed_share_percent: 0,
} as const

/** @param stored - the endpoint of this name, whose key stays unless the file has one. */
export function wantedEndpoint(
  { api_key, ...entry }: Entry<'endpoints'>,
  stored: EndpointConfig | undefined,
  defaultTimeoutS: number,
): EndpointForm {
  const isKept = api_key === undefined || placeholderName(api_key) !== undefined
  return endpointForm(
    endpointValues(entry, {
      ...newEndpoint(defaultTimeoutS),
      apiKey: isKept ? (stored?.apiKey ?? '') : api_key,
    }),
  )
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  byText(a.name, b.name)

export const wantedBlock = ({ name, endpoints }: Entry<'incoming_blocks'>): BlockForm => ({
  name,
  endpoints: endpoints.toSorted(byText),
})

export const wantedToken = (entry: Entry<'client_tokens'>): TokenForm => ({
  name: entry.name,
  incoming_block: entry.incoming_block,
  preferred_endpoint: entry.preferred_endpoint ?? tokenDefaults.preferred_endpoint,
  request_priority: entry.request_priority ?? tokenDefaults.request_priority,
  min_traffic_percent: entry.min_traffic_percent ?? tokenDefaults.min_traffic_percent,
  guaranteed_share_percent: entry.guaranteed_share_percent ?? tokenDefaults.guaranteed_share_percent,
})

export const wantedRouting = (section: NonNullable<ConfigFile['routing']>): RoutingForm => ({
  mode: section.mode ?? 'percentage',
  priority_input_token: section.priority_input_token ?? null,
})

export const blockForm = (snapshot: Snapshot, id: number): BlockForm => ({
  name: snapshot.blockById.get(id)?.name ?? '',
  endpoints: (snapshot.endpointsByBlock.get(id) ?? []).map(({ name }) => name).sort(byText),
})

const endpointNameOf = ({ endpointById }: Snapshot, id: number | null): string | null =>
  id === null ? null : (endpointById.get(id)?.name ?? null)

export const tokenForm = (snapshot: Snapshot, token: TokenConfig): TokenForm => ({
  name: token.name,
  incoming_block: snapshot.blockById.get(token.blockId)?.name ?? '',
  preferred_endpoint: endpointNameOf(snapshot, token.preferredEndpointId),
  request_priority: token.requestPriority,
  min_traffic_percent: token.minTrafficPercent,
  guaranteed_share_percent: token.guaranteedSharePercent,
})

export const routingForm = ({ settings, tokenById }: Snapshot): RoutingForm => ({
  mode: settings.routingMode,
  priority_input_token:
    settings.priorityInputTokenId === null
      ? null
      : (tokenById.get(settings.priorityInputTokenId)?.name ?? null),
})
