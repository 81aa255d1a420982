// A worker process: serves the data plane as the primary tells it, and relays all other requests to it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { applyConfigurationChange } from '../../cluster/configuration-change.ts'
import { applyRecord } from '../../cluster/apply-record.ts'
import type { EndpointSignal, PrimaryMessage, WorkerMessage } from '../../cluster/messages.ts'
import { createOutbox } from '../../cluster/outbox.ts'
import type { ConnectionHandle } from '../../cluster/connection-handle.ts'
import { packMessages } from '../../cluster/pack-messages.ts'
import { applySignal } from '../../cluster/worker/apply-signal.ts'
import { receiveStart, type StartMessage } from '../../cluster/worker/receive-start.ts'
import type { Config } from '../../config/environment-table.ts'
import { readVersion } from '../../config/version.ts'
import type { SlotGrant } from '../../core/shared/slot-messages.ts'
import type { Configuration } from '../../core/state/configuration.ts'
import type { DataPlane } from '../../proxy/data-plane.ts'
import { modelListUrls } from '../../proxy/models/model-routes.ts'
import { forwardedRoutes } from '../../proxy/proxy-routes.ts'
import type { Logger } from 'pino'
import { takeCpuProfile } from '../../observability/cpu-profile.ts'
import { createLogger } from '../../observability/logger.ts'
import { buildDataPlane, createRefusal } from '../parts/build-data-plane.ts'
import { createTimer } from '../create-timer.ts'
import { onBridgeUpgrade } from '../http/bridge-upgrades.ts'
import { createServer } from '../http/create-server.ts'
import { createDrain } from '../http/drain.ts'
import { createRelay, type Relay } from '../http/relay/relay.ts'
import { buildWorkerParts, type Post, type WorkerParts } from './build-worker-parts.ts'
import { startReports } from './worker-reports.ts'

interface RouteOptions {
  readonly dataPlane: DataPlane
  readonly relay: Relay
  readonly config: Config
}

/** Each batch wakes the primary, which costs it more than to read what a dozen requests have to tell. */
const OUTBOX_MS = 50

/** Ends this process with the primary, whose slots and books nothing can replace. */
const followPrimary = (): void => void process.once('disconnect', () => process.exit(1))

/** Passes lines on, whole and in order, so that one process writes the log. */
const createLogPassage = (post: Post) => ({
  write: (text: string) => post({ type: 'log', text }),
  flush: () => Promise.resolve(),
  flushSync: () => undefined,
  close: () => Promise.resolve(),
})

function createWorkerServer(config: Config, start: StartMessage, parts: WorkerParts, logger: Logger) {
  const version = readVersion()
  const drain = createDrain(config.drainTimeoutS * 1000)
  const refusalOf = createRefusal(start.instanceId, drain)
  const dataPlane = buildDataPlane(parts.dataPlane, {
    ...{ config, logger, version, drain, refusalOf },
    processes: start.workers,
  })
  const relay = createRelay({
    socketPath: start.socketPath,
    version,
    onError: (err, requestId) => logger.error({ err, request_id: requestId }, 'the primary does not respond'),
  })
  const server = createServer({ version, dataPlane, refusalOf, stallMs: config.clientStallS * 1000 })
  const { app } = server
  drain.install(app)
  registerRoutes(app, { dataPlane, relay, config })
  onBridgeUpgrade(app.server, relay.handleUpgrade)
  return { server, dataPlane, drain, relay }
}

/** Sends everything that this worker does not serve itself to the primary. */
function registerRoutes(app: FastifyInstance, { dataPlane, relay, config }: RouteOptions): void {
  const toPrimary = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack()
    relay.handle(request.raw, reply.raw)
  }
  // Before the body is read.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    toPrimary(request, reply)
  })
  void app.register(forwardedRoutes, {
    dataPlane,
    servesFiles: config.servesFiles,
    passUnknownRoutes: config.passUnknownRoutes,
  })
  // Where unknown calls are passed on, these are not unknown.
  void app.register((routes, _options, done) => {
    for (const url of [...modelListUrls, '/v1/models/*']) routes.get(url, toPrimary)
    done()
  })
}

/** Applies what the primary sends once the worker serves. @param configuration - of the start. */
function createReceiver(
  parts: WorkerParts,
  dataPlane: DataPlane,
  configuration: Configuration,
  logger: Logger,
  post: Post,
) {
  const { state, slots, applied, decisions, probing } = parts
  const { admission, cache, trafficShare } = parts.dataPlane
  let current = configuration

  const applyConfiguration = (message: Extract<PrimaryMessage, { readonly type: 'configuration' }>): void => {
    current = applyConfigurationChange(current, message.change)
    if (message.version === undefined) return
    state.replace(current)
    parts.dataPlane.pools.prune(new Set(state.snapshot().endpointById.keys()))
    admission.serveWaiting()
    post({ type: 'applied', version: message.version }, true)
  }
  const grant = (granted: SlotGrant): void => {
    // That of a new endpoint comes before its configuration.
    if (state.snapshot().endpointById.has(granted.endpointId))
      state.journal.note(state.endpoint(granted.endpointId))
    slots.grant(granted)
  }
  const signal = (told: EndpointSignal): void => {
    if (applySignal({ state, clock: parts.clock }, told)) admission.serveWaiting()
  }

  const reportProfile = (seconds: number): void =>
    void takeCpuProfile(seconds)
      .catch((err: unknown) => void logger.error({ err }, 'no profile can be taken'))
      .then((profile) => post({ type: 'profile', profile: profile ?? undefined }, true))

  return (message: PrimaryMessage): void => {
    switch (message.type) {
      case 'start':
        return
      case 'configuration':
        return applyConfiguration(message)
      case 'grant':
        return grant(message.grant)
      case 'signal':
        return signal(message.signal)
      case 'record':
        return applyRecord(applied, message.record)
      case 'end in flight':
        return dataPlane.endInFlight(message.endpointId)
      case 'caught up':
        return parts.catchUp.done(message.id)
      case 'may probe':
        return probing.answer(message.id, message)
      case 'probe begun':
        return probing.begun(message.endpointId)
      case 'serve waiting':
        return admission.serveWaiting()
      case 'clear cache':
        return cache.clear()
      case 'reset statistics':
        state.resetStatistics()
        trafficShare.reset()
        return cache.clear()
      case 'list decisions':
        // Whoever has the answer knows that all others have been told of what came before it.
        parts.publishSums()
        return post(
          { type: 'decisions', id: message.id, decisions: decisions.list(message.filter, message.limit) },
          true,
        )
      case 'profile':
        return reportProfile(message.seconds)
      case 'drain':
        return void process.emit('SIGTERM')
    }
  }
}

/** Ends the process after the drain, once all that it has told has been written. */
function onDrain(drainAll: () => Promise<void>): void {
  let isEnding = false
  // A terminal sends it to all processes: the primary alone decides.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => {
    // The primary says so too, and npm repeats what a terminal has sent to all processes.
    if (isEnding) return
    isEnding = true
    void drainAll().then(() => process.send?.(packMessages([]), () => process.exit(0)))
  })
}

export async function serveWorker(config: Config): Promise<void> {
  followPrimary()
  const outbox = createOutbox<WorkerMessage>({
    send: (batch) => void process.send?.(packMessages(batch)),
    setTimer: createTimer,
    maxDelayMs: OUTBOX_MS,
  })
  const { post } = outbox
  const { start, configuration, receiveWith } = await receiveStart((listener) =>
    process.on('message', listener),
  )
  const logDestination = createLogPassage(post)
  const logger = createLogger({ level: config.logLevel, destination: logDestination })
  const parts = buildWorkerParts({ config, start, configuration, logger, logDestination, ...outbox })
  const { server, dataPlane, drain, relay } = createWorkerServer(config, start, parts, logger)
  const { app, connections } = server
  onDrain(async () => {
    await drain.empty(server)
    post({ type: 'leaving' })
    await parts.catchUp.ask()
    // What was handed over before the primary knew.
    await drain.empty(server)
    await drain.run(server)
    stopReports()
    relay.close()
    parts.publishSums()
    outbox.flush()
  })
  receiveWith(createReceiver(parts, dataPlane, configuration, logger, post))
  const stopReports = startReports({
    ...parts.dataPlane,
    setTimer: createTimer,
    post,
    onReport() {
      parts.slots.recheck()
      parts.probing.recheck()
    },
  })
  await app.ready()
  // By it a server begins to keep the connections and the time limits of requests.
  app.server.emit('listening')
  process.on('message', (_batch, connection?: ConnectionHandle) => {
    if (connection === undefined) return
    connections.serve(app.server, connection, () => post({ type: 'closed' }))
    post({ type: 'taken' }, true)
  })
  post({ type: 'ready' }, true)
}
