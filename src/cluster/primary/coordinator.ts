// The primary's side of the workers: grants them slots, keeps their books, and makes known to all what one has learned.
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { SlotGrants } from '../../core/shared/slot-grants.ts'
import { isEveryone } from '../../core/lease/scope.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { FinishedRequestReport, PrimaryMessage } from '../messages.ts'
import type { ReceivedMessage } from '../pack-messages.ts'
import type { SharedRecord } from '../shared-record.ts'
import type { DecisionCollector } from './collect-decisions.ts'
import type { ProfileCollector } from './collect-profile.ts'
import type { EndpointSignals } from './endpoint-signals.ts'
import type { ConfigurationPublisher } from './publish-configuration.ts'
import type { ProbeLeave } from './probe-leave.ts'
import type { ReplayedLeases } from './replay-leases.ts'
import type { ConnectionShare } from './share-connections.ts'
import type { WorkerFigures } from './worker-figures.ts'
import type { WorkerListener, WorkerPool } from './worker-pool.ts'

export interface CoordinatorOptions {
  readonly state: GatewayState
  readonly pool: WorkerPool
  readonly grants: SlotGrants
  readonly replayed: ReplayedLeases
  readonly signals: EndpointSignals
  readonly configuration: ConfigurationPublisher
  readonly decisions: DecisionCollector
  readonly profiles: ProfileCollector
  readonly probeLeave: ProbeLeave
  readonly figures: WorkerFigures
  readonly connections: ConnectionShare
  readonly setTimer: SetTimer
  /** What a worker is sent first. */
  readonly startMessage: () => PrimaryMessage
  /** Records that a new worker is sent, such as the pins of objects. */
  readonly knownRecords: () => Iterable<SharedRecord>
  /** Notices hung endpoints; called four times a second. */
  readonly watchEndpoints: () => void
  readonly onReady: (workerId: number) => void
  readonly onFinished: (request: FinishedRequestReport) => void
  /** Told of whole lines, as bytes. */
  readonly onLog: (lines: Uint8Array) => void
  /** A worker has learned something that it has no say in alone. */
  readonly onRecord: (record: SharedRecord) => void
  readonly onLoadHeader: (endpoint: EndpointRuntime, header: string) => void
  readonly onRefreshModels: (endpoints: readonly EndpointRuntime[]) => void
}

export interface Coordinator {
  readonly listener: WorkerListener
  /** Tells all of endpoints that have just been configured or restored: a worker may have begun while they were deleted. */
  introduce(endpointIds: readonly number[]): void
  /** To be called when anything has changed that no worker has reported. */
  signalChanges(): void
  start(): void
  stop(): void
}

const SWEEP_MS = 250
// Until then the endpoints have seen the connections of a worker that has ended close, and work on its requests no more.
const FREED_MS = 100

/** Whether the endpoint takes one request at a time, or none, until one of them has shown that it serves. */
const isProbed = ({ tripped, watch }: EndpointRuntime): boolean =>
  watch.hang !== null || (tripped !== null && (tripped.isForEveryone || isEveryone(tripped.scope)))

/** Keeps the slots of endpoints that are probed at one: all workers together send one probe. */
function createProbeGuard(grants: SlotGrants): (endpoint: EndpointRuntime) => void {
  const probed = new Map<number, { readonly cause: object; isProbing: boolean }>()
  return (endpoint) => {
    const { tripped, watch, config } = endpoint
    const cause = isProbed(endpoint) ? (watch.hang ?? tripped) : null
    const known = probed.get(config.id)
    if (cause === null) {
      if (probed.delete(config.id)) grants.setProbe(config.id, false)
      return
    }
    const isProbing = watch.hang ? watch.hang.probe !== undefined : tripped?.probing === true
    // The end of a probe without a verdict allows another one.
    const mayProbe = known?.cause !== cause || (known.isProbing && !isProbing)
    probed.set(config.id, { cause, isProbing })
    if (mayProbe) grants.setProbe(config.id, true)
  }
}

export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { state, pool, grants, replayed, signals, configuration, decisions, figures, connections } = options
  const touched = new Set<EndpointRuntime>()
  const guardProbe = createProbeGuard(grants)
  let cancelSweep: (() => void) | undefined

  const signal = (endpoint: EndpointRuntime, isUrgent: boolean): void => {
    guardProbe(endpoint)
    const change = signals.changesOf(endpoint, isUrgent)
    if (change) pool.broadcast({ type: 'signal', signal: change })
  }
  const signalChanges = (): void => {
    for (const { id } of state.snapshot().endpoints) signal(state.endpoint(id), false)
  }
  const sweep = (): void => {
    cancelSweep = options.setTimer(sweep, SWEEP_MS)
    options.watchEndpoints()
    signalChanges()
    grants.rotate()
  }

  const signalAll = (id: number): PrimaryMessage => ({
    type: 'signal',
    signal: signals.all(state.endpoint(id)),
  })

  const receive = createReceiver(options, touched)
  return {
    introduce(endpointIds) {
      for (const id of endpointIds) pool.broadcast(signalAll(id))
    },
    signalChanges,
    start: sweep,
    stop: () => cancelSweep?.(),
    listener: {
      onStart(workerId) {
        pool.post(workerId, options.startMessage())
        configuration.sendAll(workerId)
        for (const record of options.knownRecords()) pool.post(workerId, { type: 'record', record })
        for (const { id } of state.snapshot().endpoints) pool.post(workerId, signalAll(id))
        grants.addHolder(workerId)
      },
      onMessage: receive,
      onBatch() {
        for (const endpoint of touched) signal(endpoint, true)
        touched.clear()
      },
      onEnd(workerId) {
        options.setTimer(() => grants.removeHolder(workerId), FREED_MS)
        connections.remove(workerId)
        replayed.removeWorker(workerId)
        options.probeLeave.removeWorker(workerId)
        figures.remove(workerId)
        decisions.removeWorker(workerId)
        options.profiles.removeWorker(workerId)
        configuration.applied(workerId, Infinity)
        signalChanges()
      },
    },
  }
}

/** @param touched - gets the endpoints where something may have changed that all must know at once. */
function createReceiver(
  options: CoordinatorOptions,
  touched: Set<EndpointRuntime>,
): (workerId: number, message: ReceivedMessage) => void {
  const { state, pool, grants, replayed, configuration, decisions, figures, connections, probeLeave } =
    options

  const noteBytes = (ids: readonly number[]): void => {
    for (const id of ids) state.endpoint(id).watch.chunks += 1
  }
  const replay = (workerId: number, message: Parameters<ReplayedLeases['apply']>[1]): void => {
    const endpoint = replayed.apply(workerId, message)
    if (endpoint === undefined) return
    if (message.type !== 'begin') return void touched.add(endpoint)
    if (probeLeave.begun(endpoint))
      pool.broadcast({ type: 'probe begun', endpointId: message.endpointId }, workerId)
    if (message.request.promptBlocks !== undefined) {
      const record = {
        type: 'prompt',
        endpointId: message.endpointId,
        blocks: message.request.promptBlocks,
      } as const
      pool.broadcast({ type: 'record', record }, workerId)
    }
  }

  return (workerId, message) => {
    switch (message.type) {
      case 'ready':
        connections.add(workerId)
        return options.onReady(workerId)
      case 'leaving':
        return connections.leave(workerId)
      case 'taken':
      case 'closed':
        return connections[message.type](workerId)
      case 'finished':
        return options.onFinished(message.request)
      case 'log':
        return options.onLog(message.lines)
      case 'slots':
        return grants.report(workerId, message.report)
      case 'record':
        options.onRecord(message.record)
        return pool.broadcast({ type: 'record', record: message.record }, workerId)
      case 'load header':
        return options.onLoadHeader(state.endpoint(message.endpointId), message.header)
      case 'refresh models':
        return options.onRefreshModels(message.endpointIds.map((id) => state.endpoint(id)))
      case 'gauges':
        noteBytes(message.gauges.active)
        return figures.set(workerId, message.gauges)
      case 'applied':
        return configuration.applied(workerId, message.version)
      case 'catch up':
        // What other workers have sent by now is read in the same turn of the event loop.
        return void setImmediate(() => pool.post(workerId, { type: 'caught up', id: message.id }))
      case 'ask to probe':
        return pool.post(workerId, {
          type: 'may probe',
          id: message.id,
          ...probeLeave.ask(workerId, message.endpointIds),
        })
      case 'no probe':
        for (const id of message.endpointIds) probeLeave.giveBack(workerId, id)
        return
      case 'decisions':
        return decisions.receive(message.id, workerId, message.decisions)
      case 'profile':
        return options.profiles.receive(workerId, message.profile)
      case 'begin':
      case 'received':
      case 'responded':
      case 'unwatch':
      case 'settle':
      case 'count failure':
        return replay(workerId, message)
    }
  }
}
