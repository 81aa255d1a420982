// Builds configurations and gateway states for tests of the core.
import type {
  AliasConfig,
  BlockConfig,
  Configuration,
  EndpointConfig,
  RoutingSettings,
  TokenConfig,
  Wire,
} from '../../../src/core/state/configuration.ts'
import { EVERYONE } from '../../../src/core/lease/scope.ts'
import type { Trip } from '../../../src/core/state/endpoint-runtime.ts'
import { createLocalSlots, type SlotAllocator } from '../../../src/core/shared/slots.ts'
import { createGatewayState, type GatewayState } from '../../../src/core/state/gateway-state.ts'

const at = '2026-01-01T00:00:00.000Z'
const placed = { posX: 0, posY: 0, createdAt: at, updatedAt: at }

export function endpointConfig(id: number, values: Partial<EndpointConfig> = {}): EndpointConfig {
  return {
    ...placed,
    id,
    name: `endpoint-${id}`,
    baseUrl: `http://127.0.0.1:9/${id}/v1`,
    apiKey: '',
    authStyle: 'bearer',
    timeoutS: 120,
    verifyTls: true,
    enabled: true,
    quotaPercent: 0,
    priorityOrder: 10,
    maxConcurrent: 0,
    requestStreamUsage: true,
    retryOnTimeout: false,
    models: [],
    modelMap: {},
    apis: [],
    healthCheckPath: null,
    healthCheckIntervalS: 10,
    healthCheckTimeoutS: 3,
    firstByteTimeoutS: null,
    loadSource: 'auto',
    group: '',
    ...values,
  }
}

export function tokenConfig(id: number, values: Partial<TokenConfig> = {}): TokenConfig {
  return {
    ...placed,
    id,
    name: `token-${id}`,
    digest: String(id).padStart(64, '0'),
    preview: 'ct-…',
    blockId: 1,
    preferredEndpointId: null,
    allowedModels: [],
    requestPriority: 0,
    minTrafficPercent: 0,
    guaranteedSharePercent: 0,
    ...values,
  }
}

export function blockConfig(id: number, values: Partial<BlockConfig> = {}): BlockConfig {
  return {
    ...placed,
    id,
    name: `Incoming ${id}`,
    allowedModels: [],
    routingMode: null,
    placement: null,
    sessionAffinity: 'none',
    ...values,
  }
}

export function aliasConfig(id: number, values: Partial<AliasConfig>): AliasConfig {
  return {
    id,
    createdAt: at,
    updatedAt: at,
    name: `alias-${id}`,
    targets: [],
    onFull: 'wait',
    rewriteResponse: false,
    ...values,
  }
}

/** One block wired to every endpoint, unless `values` overrides it. */
export function configuration(
  endpoints: readonly EndpointConfig[],
  values: Partial<Configuration> & Partial<Pick<RoutingSettings, 'routingMode' | 'placement'>> = {},
): Configuration {
  const blocks = values.blocks ?? [blockConfig(1)]
  const wires: readonly Wire[] =
    values.wires ??
    blocks.flatMap((block) => endpoints.map((endpoint) => ({ blockId: block.id, endpointId: endpoint.id })))
  return {
    endpoints,
    blocks,
    tokens: values.tokens ?? [],
    wires,
    aliases: values.aliases ?? [],
    notes: values.notes ?? [],
    groupColors: values.groupColors ?? [],
    settings: values.settings ?? {
      routingMode: values.routingMode ?? 'percentage',
      placement: values.placement ?? 'prefix',
      priorityInputTokenId: null,
      incomingPos: { posX: 0, posY: 0 },
      tokensEverCreated: false,
    },
  }
}

/** A cooldown of everyone. */
export const tripFor = (cooldownMs: number, nowMs: number, probing = false): Trip => ({
  sinceMs: nowMs,
  untilMs: nowMs + cooldownMs,
  cooldownMs,
  scope: EVERYONE,
  isForEveryone: true,
  probing,
  probesLeft: Infinity,
  isProbeAwaited: false,
})

/** A clock that a test advances. */
export function manualClock(startMs = 1_000): { now: () => number; advance(ms: number): void } {
  let nowMs = startMs
  return { now: () => nowMs, advance: (ms) => void (nowMs += ms) }
}

export function gatewayState(
  configured: Configuration,
  clock: () => number,
  maxConnections = 500,
  takesUnknownModels = true,
  slots: SlotAllocator = createLocalSlots(),
): GatewayState {
  return createGatewayState({
    configuration: configured,
    counters: { endpoints: new Map(), tokens: new Map() },
    clock,
    slots,
    maxConnections,
    takesUnknownModels,
  })
}
