// The primary's workers: they serve the data plane, this process keeps their books and serves all else.
import type { AddressInfo } from 'node:net'
import { applyRecord } from '../../cluster/apply-record.ts'
import type { FinishedRequestReport, PrimaryMessage } from '../../cluster/messages.ts'
import { acceptConnections, type Acceptor } from '../../cluster/primary/accept-connections.ts'
import { createDecisionCollector } from '../../cluster/primary/collect-decisions.ts'
import { createProfileCollector } from '../../cluster/primary/collect-profile.ts'
import { createCoordinator, type Coordinator } from '../../cluster/primary/coordinator.ts'
import { createEndpointSignals } from '../../cluster/primary/endpoint-signals.ts'
import { pinRecords } from '../../cluster/primary/pin-records.ts'
import { createConfigurationPublisher } from '../../cluster/primary/publish-configuration.ts'
import { createProbeLeave } from '../../cluster/primary/probe-leave.ts'
import { createReplayedLeases } from '../../cluster/primary/replay-leases.ts'
import { createConnectionShare } from '../../cluster/primary/share-connections.ts'
import { createWorkerFigures, type WorkerFigures } from '../../cluster/primary/worker-figures.ts'
import { createWorkerPool, type WorkerPool } from '../../cluster/primary/worker-pool.ts'
import type { LiveView } from '../../contract/traffic/live.ts'
import type { Clock } from '../../core/clock.ts'
import { LISTEN_BACKLOG } from '../../http/listen-backlog.ts'
import { roundTo } from '../../core/round-to.ts'
import { declareIfHung } from '../../core/lease/lease-wait.ts'
import { createTokenEstimate } from '../../core/routing/token-estimate.ts'
import { createSlotGrants } from '../../core/shared/slot-grants.ts'
import { createLocalSlots, type SlotAllocator } from '../../core/shared/slots.ts'
import { takeCpuProfile } from '../../observability/cpu-profile.ts'
import { LOAD_HEADER } from '../../proxy/load/read-load-header.ts'
import { breakerPolicy } from '../parts/build-admission.ts'
import type { AppOptions, Parts } from '../parts/build-parts.ts'
import type { DataPlaneControl } from '../data-plane-control.ts'
import { createTimer } from '../create-timer.ts'

type LiveWorkers = NonNullable<LiveView['stats']['workers']>

export interface Workers {
  readonly control: DataPlaneControl
  /** @returns the address at which connections are accepted for them, once they serve. @throws Error where none can be. */
  listen(socketPath: string): Promise<AddressInfo>
  isDegraded(): boolean
  /** Lets them finish what is open; ends the rest after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
}

interface SlotParts {
  readonly pool: WorkerPool
  readonly grants: ReturnType<typeof createSlotGrants>
  /** Of this process's books: the limit of an endpoint is that of all workers. */
  readonly slots: SlotAllocator
}

export function createWorkerSlots({ config, logger }: AppOptions): SlotParts {
  const pool = createWorkerPool({
    count: config.workers,
    clock: () => performance.now(),
    setTimer: createTimer,
    logger,
    // The demo serves clients without a token, which the environment does not say.
    environment: { LB_ALLOW_ANONYMOUS: String(config.allowAnonymous) },
  })
  const grants = createSlotGrants((workerId, grant) => pool.post(workerId, { type: 'grant', grant }))
  const local = createLocalSlots()
  const setLimit: SlotAllocator['setLimit'] = (slots, limit) => {
    local.setLimit(slots, limit)
    grants.setLimit(slots.config.id, limit)
  }
  return { pool, grants, slots: { ...local, setLimit } }
}

function countFinished({ state, metrics }: Parts, request: FinishedRequestReport): void {
  const { incomingBlockId: blockId, clientTokenId, failed } = request
  // Requests with an endpoint are counted by their lease.
  if (request.endpoint === '') {
    state.totals.countUnleased(failed)
    const token = clientTokenId === undefined ? null : { id: clientTokenId }
    state.traffic.countUnleased(blockId === 0 ? undefined : { blockId, token }, failed)
  }
  metrics.observeRequest(request)
}

/** Accepts the connections of the workers. */
function createIntake({ workers, host, port }: AppOptions['config'], clock: Clock, { hand }: WorkerPool) {
  const connections = createConnectionShare({ clock, setTimer: createTimer, hand })
  const ready = new Set<number>()
  const { promise, resolve } = Promise.withResolvers<void>()
  let acceptor: Acceptor | undefined
  return {
    connections,
    onReady(workerId: number) {
      ready.add(workerId)
      if (ready.size >= workers) resolve()
    },
    /** Starts the workers once the address is taken, and waits until they serve. */
    async open(startWorkers: () => void): Promise<AddressInfo> {
      acceptor = await acceptConnections({ host, port, backlog: LISTEN_BACKLOG }, connections.offer)
      startWorkers()
      await promise
      return acceptor.address
    },
    close() {
      acceptor?.close()
      connections.close()
    },
  }
}

function readWorkers(
  pool: WorkerPool,
  figures: WorkerFigures,
  openLeases: (workerId: number) => number,
): LiveWorkers['running'] {
  return pool.ids().flatMap((id) => {
    const gauges = figures.of(id)
    // One that is starting has told nothing.
    if (gauges === undefined) return []
    return {
      id,
      pid: pool.pidOf(id) ?? 0,
      inflight: openLeases(id),
      utilization_percent: roundTo(100 * gauges.utilisation, 1),
      loop_delay_ms: roundTo(gauges.loopDelayMs, 1),
      memory_bytes: gauges.rssBytes,
    }
  })
}

function createControl(
  { pool, grants }: SlotParts,
  parts: Parts,
  publisher: ReturnType<typeof createConfigurationPublisher>,
  decisions: ReturnType<typeof createDecisionCollector>,
  figures: WorkerFigures,
  coordinator: Coordinator,
): Omit<DataPlaneControl, 'takeProfile'> {
  const broadcast = (message: PrimaryMessage): void => pool.broadcast(message)
  let known = new Set(parts.state.snapshot().endpointById.keys())
  return {
    configurationChanged(snapshot) {
      const before = known
      known = new Set(snapshot.endpointById.keys())
      for (const id of before) if (!known.has(id)) grants.removeEndpoint(id)
      const applied = publisher.publish(snapshot)
      coordinator.introduce([...known].filter((id) => !before.has(id)))
      return applied
    },
    serveWaiting() {
      coordinator.signalChanges()
      broadcast({ type: 'serve waiting' })
    },
    endInFlight: (endpointId) => broadcast({ type: 'end in flight', endpointId }),
    waiting: figures.waiting,
    listDecisions: decisions.list,
    // Each worker has what this process has.
    clearCache() {
      parts.cache.clear()
      broadcast({ type: 'clear cache' })
    },
    resetStatistics() {
      parts.cache.clear()
      broadcast({ type: 'reset statistics' })
    },
  }
}

export function connectWorkers(options: AppOptions, slotParts: SlotParts, parts: Parts): Workers {
  const { config, logDestination } = options
  const { pool, grants } = slotParts
  const { state, clock, placer } = parts
  const policy = breakerPolicy(config)
  const publisher = createConfigurationPublisher(pool, state.snapshot())
  const decisions = createDecisionCollector(pool, createTimer)
  const profiles = createProfileCollector(pool)
  const figures = createWorkerFigures(state.totals)
  const intake = createIntake(config, clock, pool)
  const replayed = createReplayedLeases({
    ...{ state, clock, policy, placer },
    estimate: createTokenEstimate(),
    takeAwaited(key) {
      if (parts.objectPins.takeAwaited(key) === undefined) return false
      pool.broadcast({ type: 'record', record: { type: 'usage taken', key } })
      return true
    },
  })
  let socketPath = ''
  const shared = { ...parts, applySums: () => undefined }
  const coordinator = createCoordinator({
    state,
    pool,
    grants,
    configuration: publisher,
    decisions,
    profiles,
    probeLeave: createProbeLeave(state, clock),
    figures,
    connections: intake.connections,
    setTimer: createTimer,
    replayed,
    signals: createEndpointSignals(clock),
    startMessage: () => ({
      type: 'start',
      workers: config.workers,
      instanceId: parts.instanceId,
      promptSecret: parts.promptSecret,
      adminToken: options.adminToken,
      socketPath,
    }),
    knownRecords: () => pinRecords(parts.objectPins.all()),
    watchEndpoints() {
      for (const { id } of state.snapshot().endpoints)
        declareIfHung(state.endpoint(id), config.failThreshold, clock)
    },
    onReady: intake.onReady,
    onFinished: (request) => countFinished(parts, request),
    onLog: logDestination.writeBytes,
    onRecord: (record) => applyRecord(shared, record),
    onLoadHeader: (endpoint, header) => parts.loadSignals.receiveHeaders(endpoint, { [LOAD_HEADER]: header }),
    onRefreshModels: parts.modelCatalog.refresh,
  })
  parts.workers.tell = coordinator.signalChanges
  parts.workers.read = () => ({
    configured: config.workers,
    running: readWorkers(pool, figures, replayed.openOf),
  })
  return {
    control: {
      ...createControl(slotParts, parts, publisher, decisions, figures, coordinator),
      takeProfile: (worker, seconds) =>
        worker === 0 ? takeCpuProfile(seconds) : profiles.take(worker, seconds),
    },
    listen(path) {
      socketPath = path
      return intake.open(() => {
        pool.start(coordinator.listener)
        coordinator.start()
      })
    },
    isDegraded: pool.isDegraded,
    async drain(timeoutMs) {
      await pool.drain(timeoutMs)
      intake.close()
      coordinator.stop()
    },
  }
}
