// The WebSocket bridge: accepts upgrades and makes HTTP calls for the connected pages.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import { MAX_BRIDGE_BYTES, type BridgeErrorCode } from '../contract/bridge.ts'
import type { TransportFigures } from '../load-engine/transport/http-transport.ts'
import type { Clock } from '../core/clock.ts'
import { renderStatusProblem } from '../http/problem.ts'
import { endWithProblem } from '../http/send-problem.ts'
import { selectProtocol, type AuthorizeConnection, type Verdict } from './connection/connection-policy.ts'
import type { Refusal } from './connection/host-policy.ts'
import { callError } from '../load-engine/transport/call-error.ts'
import { createCallQueue, type CallQueue } from '../load-engine/transport/call-queue.ts'
import { createEnginePlaces } from './engine/engine-places.ts'
import { createPageSession, type PageSession, type PageSessionParts } from './connection/page-session.ts'
import { createTargetPools } from '../load-engine/transport/target-pools.ts'
import type { ResolveTarget } from './targets/target.ts'

export interface BridgeFigures {
  readonly openConnections: number
  readonly connections: number
  readonly runningCalls: number
  readonly waitingCalls: number
  readonly calls: number
  readonly errors: ReadonlyMap<BridgeErrorCode, number>
}

export interface Bridge {
  /** Takes over the socket of an upgrade request, accepted or refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  figures(): BridgeFigures
  /** Refuses further calls, waits up to `timeoutMs` for open ones, then closes every socket. */
  drain(timeoutMs: number): Promise<void>
}

export interface BridgeOptions {
  readonly authorize: AuthorizeConnection
  readonly resolveTarget: ResolveTarget
  readonly logger: Logger
  readonly clock: Clock
  /** Most calls that run at once. */
  readonly maxConcurrent: number
  /** Longest duration of each call. */
  readonly timeoutMs: number
  /** Most pages that run load at once, each on a thread of its own; default 16. */
  readonly maxEngines?: number
  /** Interval of pings; default 30 seconds. */
  readonly heartbeatMs?: number
  /** Waiting calls of one page beyond which its socket is not read; default 10,000. */
  readonly maxWaiting?: number
}

const HEARTBEAT_MS = 30_000
const MAX_WAITING = 10_000
const MAX_WAITING_BYTES = 4 * MAX_BRIDGE_BYTES
const MAX_ENGINES = 16
const POLL_MS = 20
// Close codes of RFC 6455, section 7.4.1.
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008
const CLOSE_GRACE_MS = 1_000

type WatchEnd = Extract<Verdict, { readonly watchEnd: unknown }>['watchEnd']

function createFigures() {
  const errors = new Map<BridgeErrorCode, number>()
  const counts = { connections: 0, calls: 0 }
  return {
    counts,
    errors,
    countError: (code: BridgeErrorCode) => void errors.set(code, (errors.get(code) ?? 0) + 1),
  }
}

/** Adds the calls of load engines to single calls. */
function sumCalls(
  queue: CallQueue,
  { counts, errors }: ReturnType<typeof createFigures>,
  engines: TransportFigures,
): Omit<BridgeFigures, 'openConnections' | 'connections'> {
  const all = new Map(errors)
  for (const [code, count] of Object.entries(engines.errors) as [BridgeErrorCode, number][])
    all.set(code, (all.get(code) ?? 0) + count)
  return {
    runningCalls: queue.running() + engines.running,
    waitingCalls: queue.waiting() + engines.waiting,
    calls: counts.calls + engines.calls,
    errors: all,
  }
}

async function until(isOver: () => boolean, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  while (!isOver() && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}

async function endSessions(sessions: ReadonlyMap<WebSocket, PageSession>, drainMs: number): Promise<void> {
  await until(() => [...sessions.values()].every((session) => session.openCalls() === 0), drainMs)
  for (const session of sessions.values())
    session.close(GOING_AWAY, 'shutting down', callError('network', 'the bridge is shutting down'))
  await until(() => sessions.size === 0, CLOSE_GRACE_MS)
  for (const socket of sessions.keys()) socket.terminate()
}

function refuseUpgrade(logger: Logger, { headers }: IncomingMessage, socket: Duplex, refusal: Refusal): void {
  logger.warn({ ...refusal, origin: headers.origin }, 'refused')
  const problem = renderStatusProblem(refusal.status, refusal.reason)
  endWithProblem(socket, { 'x-content-type-options': 'nosniff' }, problem)
}

export function createBridge(options: BridgeOptions): Bridge {
  const { authorize, logger, clock, resolveTarget, timeoutMs } = options
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_BRIDGE_BYTES,
    handleProtocols: selectProtocol,
  })
  const queue = createCallQueue(options.maxConcurrent)
  const pools = createTargetPools()
  const places = createEnginePlaces(options.maxEngines ?? MAX_ENGINES)
  const sessions = new Map<WebSocket, PageSession>()
  const figures = createFigures()
  let draining = false

  const parts: Omit<PageSessionParts, 'resolveTarget'> = {
    clock,
    pools,
    queue,
    places,
    maxConcurrent: options.maxConcurrent,
    timeoutMs,
    maxBodyBytes: MAX_BRIDGE_BYTES,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    maxWaiting: options.maxWaiting ?? MAX_WAITING,
    maxWaitingBytes: MAX_WAITING_BYTES,
    isDraining: () => draining,
    onCall: () => void (figures.counts.calls += 1),
    onError: ({ code }) => figures.countError(code),
  }

  const connect = (socket: WebSocket, request: IncomingMessage, watchEnd: WatchEnd): void => {
    figures.counts.connections += 1
    const number = figures.counts.connections
    const session = createPageSession(socket, {
      ...parts,
      resolveTarget: (url) => resolveTarget(url, request),
    })
    sessions.set(socket, session)
    logger.info({ connection: number, origin: request.headers.origin }, 'connected')
    const signedOut = callError('network', 'the session of the page has ended')
    const unwatch = watchEnd(() => session.close(POLICY_VIOLATION, 'signed out', signedOut))
    socket.once('close', (status: number) => {
      unwatch()
      sessions.delete(socket)
      logger.info({ connection: number, status }, 'disconnected')
    })
  }

  return {
    upgrade(request, socket, head) {
      // Without a listener an error before or instead of the WebSocket would end the process.
      socket.on('error', () => undefined)
      if (draining)
        return refuseUpgrade(logger, request, socket, { status: 503, reason: 'the bridge is shutting down' })
      try {
        const verdict = authorize(request)
        if (verdict.refusal) return refuseUpgrade(logger, request, socket, verdict.refusal)
        server.handleUpgrade(request, socket, head, (opened) => connect(opened, request, verdict.watchEnd))
      } catch (err) {
        logger.error({ err }, 'internal error')
        socket.destroy()
      }
    },
    figures: () => ({
      openConnections: sessions.size,
      connections: figures.counts.connections,
      ...sumCalls(queue, figures, places.figures()),
    }),
    async drain(drainMs) {
      draining = true
      for (const session of sessions.values()) session.endEngine('the bridge is shutting down')
      await endSessions(sessions, drainMs)
      pools.destroy()
    },
  }
}
