// Builds the parts of a worker process: a data plane of its own, with what all workers share kept in step by the primary.
import type { Logger } from 'pino'
import type { PrimaryMessage, WorkerMessage } from '../../cluster/messages.ts'
import { createReplicatedSums } from '../../cluster/replicated-sums.ts'
import type { SharedRecord } from '../../cluster/shared-record.ts'
import { askToProbe } from '../../cluster/worker/ask-to-probe.ts'
import { createCatchUp } from '../../cluster/worker/catch-up.ts'
import { reportLeases } from '../../cluster/worker/report-leases.ts'
import {
  shareBreakingRequests,
  shareMissingRoutes,
  shareObjectPins,
  sharePoisonRequests,
  shareResponseCache,
} from '../../cluster/worker/shared-records.ts'
import { MAX_SLOT_WAITS, SLOT_WAIT_MS, waitForSlots } from '../../cluster/worker/wait-for-slots.ts'
import type { Config } from '../../config/environment-table.ts'
import { digestSecret } from '../../config/secret-digest.ts'
import { createMissingRoutes } from '../../core/apis/missing-routes.ts'
import type { Clock } from '../../core/clock.ts'
import { createDecisionLog } from '../../core/decisions/decision-log.ts'
import { createBreakingRequests } from '../../core/lease/breaking-requests.ts'
import { createPoisonRequests } from '../../core/lease/poison-requests.ts'
import { createByteBudget } from '../../core/limits/byte-budget.ts'
import { createTrafficShare } from '../../core/limits/traffic-share.ts'
import { createModelCatalog } from '../../core/models/model-catalog.ts'
import { createObjectPins } from '../../core/pins/object-pins.ts'
import type { Admission } from '../../core/queue/admission.ts'
import { placementOf } from '../../core/routing/policies/policy-of.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import { createGrantedSlots, type GrantedSlots } from '../../core/shared/granted-slots.ts'
import { isFull, type SlotAllocator } from '../../core/shared/slots.ts'
import { createLocalSums } from '../../core/shared/windowed-sums.ts'
import type { Configuration } from '../../core/state/configuration.ts'
import { createGatewayState, type GatewayState } from '../../core/state/gateway-state.ts'
import { createUncountedTraffic } from '../../core/traffic/uncounted-traffic.ts'
import type { FinishedRequest } from '../../observability/metrics.ts'
import { createRequestLog } from '../../observability/request-log.ts'
import type { LogDestination } from '../../observability/log-destination.ts'
import { LOAD_HEADER } from '../../proxy/load/read-load-header.ts'
import { createClientAuthentication } from '../../proxy/request/authenticate-client.ts'
import { createUpstreamHeaders } from '../../proxy/request/upstream-headers.ts'
import { createUpstreamPools } from '../../proxy/upstream/upstream-pools.ts'
import { buildCache } from '../parts/build-cache.ts'
import { buildAdmission, type AdmissionParts } from '../parts/build-admission.ts'
import { bodyMemoryOf, type DataPlaneParts } from '../parts/build-data-plane.ts'
import { createAppPlacer, createPlacementReaders } from '../parts/build-placement.ts'
import { createTimer } from '../create-timer.ts'

export type Post = (message: WorkerMessage, isUrgent?: boolean) => void

interface WorkerOptions {
  readonly config: Config
  readonly start: Extract<PrimaryMessage, { readonly type: 'start' }>
  readonly configuration: Configuration
  readonly logger: Logger
  readonly logDestination: LogDestination
  readonly post: Post
  /** Sends what has been posted at once. */
  readonly flush: () => void
}

const DAY_MS = 86_400_000

/** This worker's part of what all of them may take together. */
const partOf = (total: number, workers: number): number => Math.ceil(total / workers)

function buildWorkerAdmission(config: Config, workers: number, parts: AdmissionParts): Admission {
  if (config.queueMax > 0) return buildAdmission(config, parts, partOf(config.queueMax, workers))
  return waitForSlots(buildAdmission(config, parts, MAX_SLOT_WAITS, SLOT_WAIT_MS))
}

/** Slots that are asked for before a request is sent elsewhere for want of one. */
const askingForMore = (granted: GrantedSlots): SlotAllocator => ({
  ...granted,
  take(slots) {
    granted.take(slots)
    if (isFull(slots)) granted.miss(slots.config.id)
  },
})

/** The lists are read by the primary alone. What an endpoint turns out to lack is known here at once. */
function createWorkerCatalog(
  state: GatewayState,
  clock: Clock,
  onChange: () => void,
  publish: (record: SharedRecord) => void,
  post: Post,
) {
  const local = createModelCatalog({
    state,
    clock,
    setTimer: createTimer,
    now: Date.now,
    refreshMs: 0,
    fetchModels: () => Promise.resolve(undefined),
    onChange,
  })
  return {
    local,
    shared: {
      refresh: (endpoints: Parameters<typeof local.refresh>[0]) =>
        post({ type: 'refresh models', endpointIds: endpoints.map(({ config }) => config.id) }),
      reportLack(endpoint: Parameters<typeof local.reportLack>[0], model: string) {
        local.reportLack(endpoint, model)
        publish({ type: 'lacks model', endpointId: endpoint.config.id, model })
      },
    },
  }
}

/** The primary asks the backends; this worker passes on what their responses tell. */
const createWorkerLoadSignals = (post: Post): DataPlaneParts['loadSignals'] => ({
  asksHeader: ({ asksLoadHeader }) => asksLoadHeader,
  receiveHeaders({ config }, { [LOAD_HEADER]: header }) {
    if (header === undefined) return
    const text = typeof header === 'string' ? header : (header[0] ?? '')
    post({ type: 'load header', endpointId: config.id, header: text })
  },
})

/** What this worker remembers; the others are told of each change. */
const createLocalParts = (config: Config, state: GatewayState, clock: Clock, onChange: () => void) => ({
  poisonRequests: createPoisonRequests(clock),
  breakingRequests: createBreakingRequests(clock),
  objectPins: createObjectPins({
    stored: [],
    maxPins: config.maxObjectPins,
    lifetimeMs: config.objectPinDays * DAY_MS,
    now: Date.now,
  }),
  cache: buildCache(config, clock),
  missingRoutes: createMissingRoutes({ state, setTimer: createTimer, onChange }),
})

/** Counts finished requests in the primary's totals and metrics. */
const createReportedMetrics = (post: Post) => ({
  observeRequest: (request: FinishedRequest) => post({ type: 'finished', request }),
})

const createAuthentication = (config: Config, state: GatewayState) =>
  createClientAuthentication({
    state,
    staticDigests: new Set(config.clientTokens.map(digestSecret)),
    allowAnonymous: config.allowAnonymous,
    corsOrigins: config.corsOrigins,
  })

const usesPrefixIn =
  (state: GatewayState) =>
  (request: RoutingRequest): boolean =>
    placementOf(state.snapshot(), request) === 'prefix'

export type WorkerParts = ReturnType<typeof buildWorkerParts>

export function buildWorkerParts(options: WorkerOptions) {
  const { config, start, configuration, logger, logDestination, post, flush } = options
  const clock: Clock = () => performance.now()
  const publish = (record: SharedRecord): void => {
    // The next request of the same client may reach another worker. Sums are published with a delay anyway.
    post({ type: 'record', record }, record.type !== 'sums')
    // The client may use an object as soon as it has its name.
    if (record.type === 'pin') flush()
  }
  const catchUp = createCatchUp((id) => {
    post({ type: 'catch up', id })
    flush()
  })
  const slots = createGrantedSlots({
    report: (report) => post({ type: 'slots', report }, true),
    defer: (callback) => void setImmediate(callback),
    onRoom: (endpointId) => admission.serveRoom(state.endpoint(endpointId)),
    isOwed: (endpointId) => admission.isOwed(state.endpoint(endpointId)),
  })
  const state = createGatewayState({
    configuration,
    counters: { endpoints: new Map(), tokens: new Map() },
    clock,
    slots: askingForMore(slots),
    maxConnections: config.maxConnections,
    takesUnknownModels: config.unknownModels === 'any',
    traffic: createUncountedTraffic(clock),
  })
  const sums = createReplicatedSums({ createLocal: createLocalSums(clock), publish, setTimer: createTimer })
  const placer = createAppPlacer(config, state, clock)
  const decisions = createDecisionLog({ clock, now: Date.now, tellsRoute: config.routeHeader })
  const admission = buildWorkerAdmission(config, start.workers, {
    state,
    clock,
    createSums: sums.create,
    placer,
    decisions,
    setTimer: createTimer,
    onDemand: slots.setWaiting,
  })
  const probing = askToProbe(
    { state, clock, setTimer: createTimer, post },
    reportLeases(admission, usesPrefixIn(state), post),
  )
  const local = createLocalParts(config, state, clock, admission.serveWaiting)
  const catalog = createWorkerCatalog(state, clock, admission.serveWaiting, publish, post)
  return {
    clock,
    state,
    slots,
    decisions,
    probing,
    catchUp,
    publishSums: sums.publish,
    /** What other workers have learned is applied to. */
    applied: { ...local, state, placer, modelCatalog: catalog.local, applySums: sums.apply },
    dataPlane: {
      clock,
      state,
      catchUp: catchUp.ask,
      admission: probing.admission,
      pools: createUpstreamPools(start.instanceId),
      poisonRequests: sharePoisonRequests(local.poisonRequests, publish),
      breakingRequests: shareBreakingRequests(local.breakingRequests, publish),
      objectPins: shareObjectPins(local.objectPins, publish),
      cache: shareResponseCache(local.cache, publish),
      missingRoutes: shareMissingRoutes(local.missingRoutes, publish),
      modelCatalog: catalog.shared,
      loadSignals: createWorkerLoadSignals(post),
      upstreamHeaders: createUpstreamHeaders(config),
      trafficShare: createTrafficShare(sums.create),
      bodyBudget: createByteBudget(
        bodyMemoryOf(config, start.workers),
        (taken) => void (state.totals.bodyBytes = taken),
      ),
      ...createPlacementReaders(start.adminToken, start.promptSecret),
      metrics: createReportedMetrics(post),
      logRequest: createRequestLog({ logger, destination: logDestination }),
      authenticate: createAuthentication(config, state),
    } satisfies DataPlaneParts,
  }
}
