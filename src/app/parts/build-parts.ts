// Creates the parts that live as long as the daemon, from its settings and the stored configuration.
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { createAdminAuthentication } from '../../admin/auth/admin-authentication.ts'
import type { Config } from '../../config/environment-table.ts'
import { digestSecret } from '../../config/secret-digest.ts'
import type { Clock } from '../../core/clock.ts'
import { createGatewayState, type GatewayState } from '../../core/state/gateway-state.ts'
import { createMissingRoutes } from '../../core/apis/missing-routes.ts'
import { createModelCatalog } from '../../core/models/model-catalog.ts'
import { createObjectPins, type ObjectPin } from '../../core/pins/object-pins.ts'
import { createLocalSlots } from '../../core/shared/slots.ts'
import { createLocalSums } from '../../core/shared/windowed-sums.ts'
import { createBreakingRequests } from '../../core/lease/breaking-requests.ts'
import { createPoisonRequests } from '../../core/lease/poison-requests.ts'
import { createByteBudget } from '../../core/limits/byte-budget.ts'
import { createTrafficShare } from '../../core/limits/traffic-share.ts'
import type { ProcessLog } from '../../observability/log-destination.ts'
import { createRenderedMetrics } from '../../observability/rendered-metrics.ts'
import { createRequestLog } from '../../observability/request-log.ts'
import { createAppMetrics } from './build-metrics.ts'
import { buildCache } from './build-cache.ts'
import type { LiveWorkers } from '../../observability/worker-series.ts'
import { bodyMemoryOf } from './build-data-plane.ts'
import { buildAdmission } from './build-admission.ts'
import { createAppPlacer, createPlacementReaders, newPromptSecret } from './build-placement.ts'
import { createDecisionLog } from '../../core/decisions/decision-log.ts'
import { createActiveHealth } from '../../proxy/health/active-health.ts'
import { createClientAuthentication } from '../../proxy/request/authenticate-client.ts'
import { createLoadSignals } from '../../proxy/load/load-signals.ts'
import { fetchModels } from '../../proxy/models/fetch-models.ts'
import { createEndpointTester } from '../../proxy/health/test-endpoint.ts'
import { createUpstreamHeaders } from '../../proxy/request/upstream-headers.ts'
import { createUpstreamPools, type UpstreamPools } from '../../proxy/upstream/upstream-pools.ts'
import type { Store } from '../../store/store.ts'
import { createTimer } from '../create-timer.ts'
import { createWriters } from './create-writers.ts'

export interface AppOptions {
  readonly config: Config
  readonly adminToken: string
  readonly store: Store
  readonly logger: Logger
  readonly logDestination: ProcessLog
  readonly version: string
  /** Whether /metrics includes metrics of the process, whose observers live until it exits; default true. */
  readonly processMetrics?: boolean
}

const DAY_MS = 86_400_000

function createAppAuthentication(
  { adminToken, config, store }: AppOptions,
  clock: Clock,
  endedSessions: readonly string[],
) {
  return createAdminAuthentication({
    adminToken,
    clock,
    now: Date.now,
    setTimer: createTimer,
    endedSessions: {
      known: endedSessions,
      add: (id, untilMs) => store.addEndedSession(id, untilMs, Date.now()),
    },
    rateLimitPerMinute: config.adminRateLimitRpm,
    sessionS: config.adminSessionS,
    trustedProxies: config.trustedProxies,
  })
}

function createAppModelCatalog(
  { config, logger }: AppOptions,
  state: GatewayState,
  clock: Clock,
  pools: UpstreamPools,
  onChange: () => void,
) {
  return createModelCatalog({
    state,
    fetchModels: (endpoint) => fetchModels(pools, endpoint, createTimer),
    clock,
    now: Date.now,
    setTimer: createTimer,
    refreshMs: config.modelsRefreshS * 1000,
    onChange({ config: { name }, served, lacked }) {
      const counts = { models: served.models.size, lacked: lacked.size() }
      logger.info({ endpoint: name, ...counts }, 'endpoint takes other models')
      onChange()
    },
  })
}

const createAppObjectPins = ({ config }: AppOptions, stored: readonly ObjectPin[]) =>
  createObjectPins({
    stored,
    maxPins: config.maxObjectPins,
    lifetimeMs: config.objectPinDays * DAY_MS,
    now: Date.now,
  })

/** What asks the endpoints by itself for their health and their load. */
function createAppWatches(
  { config, logger }: AppOptions,
  state: GatewayState,
  clock: Clock,
  pools: UpstreamPools,
  onChange: () => void,
) {
  const options = { state, pools, clock, random: Math.random, setTimer: createTimer }
  return {
    activeHealth: createActiveHealth({ ...options, logger, onChange }),
    loadSignals: createLoadSignals({ ...options, intervalMs: config.loadIntervalS * 1000 }),
  }
}

/** Set where worker processes serve clients. */
interface WorkerReader {
  read: () => LiveWorkers | null
  /** Tells them what this process has learned of endpoints. */
  tell: () => void
}

export type Parts = Awaited<ReturnType<typeof buildParts>>

/** @param slots - those of all processes; default: this process is the only one. */
export async function buildParts(options: AppOptions, slots = createLocalSlots()) {
  const { config, store, logger, logDestination, processMetrics } = options
  const clock: Clock = () => performance.now()
  const [configuration, counters, endedSessions, storedPins] = await Promise.all([
    store.readConfiguration(),
    store.readCounters(),
    store.readEndedSessions(Date.now()),
    store.readObjectPins(Date.now()),
  ])
  const state = createGatewayState({
    configuration,
    counters,
    clock,
    slots,
    maxConnections: config.maxConnections,
    takesUnknownModels: config.unknownModels === 'any',
  })
  const staticDigests = new Set(config.clientTokens.map(digestSecret))
  const instanceId = randomUUID()
  const pools = createUpstreamPools(instanceId)
  const placer = createAppPlacer(config, state, clock)
  const workers: WorkerReader = { read: () => null, tell: () => undefined }
  const metrics = createAppMetrics(state, clock, placer, processMetrics, () => workers.read())
  const createSums = createLocalSums(clock)
  const decisions = createDecisionLog({ clock, now: Date.now, tellsRoute: config.routeHeader })
  const admission = buildAdmission(config, {
    state,
    clock,
    createSums,
    placer,
    decisions,
    setTimer: createTimer,
  })
  const onTold = (): void => {
    admission.serveWaiting()
    workers.tell()
  }
  const promptSecret = newPromptSecret()
  const objectPins = createAppObjectPins(options, storedPins)
  return {
    clock,
    setTimer: createTimer,
    state,
    placer,
    staticDigests,
    metrics,
    renderedMetrics: createRenderedMetrics({ render: metrics.render, clock }),
    logRequest: createRequestLog({ logger, destination: logDestination }),
    trafficShare: createTrafficShare(createSums),
    poisonRequests: createPoisonRequests(clock),
    breakingRequests: createBreakingRequests(clock),
    cache: buildCache(config, clock),
    admission,
    decisions,
    bodyBudget: createByteBudget(bodyMemoryOf(config), (taken) => void (state.totals.bodyBytes = taken)),
    pools,
    instanceId,
    upstreamHeaders: createUpstreamHeaders(config),
    missingRoutes: createMissingRoutes({
      state,
      setTimer: createTimer,
      onChange: admission.serveWaiting,
    }),
    modelCatalog: createAppModelCatalog(options, state, clock, pools, onTold),
    testEndpoint: createEndpointTester({ clock, setTimer: createTimer, instanceId }),
    ...createAppWatches(options, state, clock, pools, onTold),
    authentication: createAppAuthentication(options, clock, endedSessions),
    authenticate: createClientAuthentication({
      state,
      staticDigests,
      allowAnonymous: config.allowAnonymous,
      corsOrigins: config.corsOrigins,
    }),
    promptSecret,
    workers,
    ...createPlacementReaders(options.adminToken, promptSecret),
    objectPins,
    writers: createWriters({ store, logger, state, objectPins }),
  }
}
