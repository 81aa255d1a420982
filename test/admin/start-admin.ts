// Starts the admin API on a free port, over a real store in a temporary folder.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { onTestFinished } from 'vitest'
import {
  createAdminAuthentication,
  type AuthenticationOptions,
} from '../../src/admin/auth/admin-authentication.ts'
import { adminRoutes } from '../../src/admin/admin-routes.ts'
import { installErrorHandlers } from '../../src/app/http/error-handlers.ts'
import type { AuditEntry } from '../../src/contract/audit.ts'
import type { ClientTokenCreated } from '../../src/contract/client-token.ts'
import type { EndpointView } from '../../src/contract/endpoint.ts'
import type { OkView, StateView, WireView } from '../../src/contract/gateway.ts'
import type { IncomingBlockView } from '../../src/contract/incoming-block.ts'
import type { FieldError, Problem } from '../../src/contract/problem.ts'
import { digestSecret } from '../../src/config/secret-digest.ts'
import type { BlockQueue } from '../../src/core/queue/block-queue.ts'
import { createPlacer } from '../../src/core/placement/placer.ts'
import { createLocalSlots } from '../../src/core/shared/slots.ts'
import { createLocalSums } from '../../src/core/shared/windowed-sums.ts'
import { createDecisionLog } from '../../src/core/decisions/decision-log.ts'
import { createModelCatalog } from '../../src/core/models/model-catalog.ts'
import { createGatewayState } from '../../src/core/state/gateway-state.ts'
import { createResponseCache } from '../../src/core/cache/response-cache.ts'
import { createTrafficShare } from '../../src/core/limits/traffic-share.ts'
import { createAuditLog } from '../../src/observability/audit-log.ts'
import { takeCpuProfile } from '../../src/observability/cpu-profile.ts'
import { createLogDestination } from '../../src/observability/log-destination.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createEndpointTester } from '../../src/proxy/health/test-endpoint.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { temporaryPath, testThread } from '../store/temporary-store.ts'

export const ADMIN_TOKEN = 'admin-token-of-the-tests'
export const RESERVED_TOKEN = 'token-of-the-environment'
export const PREFIX = '/admin/api'

/** The members of all response bodies: a test reads those that it expects and fails if they are missing. */
type AnyObject = EndpointView &
  IncomingBlockView &
  ClientTokenCreated &
  StateView &
  WireView &
  OkView &
  Problem & { errors: FieldError[] }

export interface AdminResponse<Body = AnyObject> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

interface AdminOptions {
  /** Default: a new database. */
  readonly path?: string
  /** Shares another server's store, with a state of its own. */
  readonly store?: Store
  readonly rateLimitPerMinute?: number
  readonly maxBodyBytes?: number
  /** Default: ADMIN_TOKEN. */
  readonly adminToken?: string
  readonly sessionS?: number
  readonly trustedProxies?: AuthenticationOptions['trustedProxies']
}

function createTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

/** Timers that run when the test says so. */
function createManualTimers() {
  const pending = new Map<() => void, number>()
  return {
    set(callback: () => void, ms: number) {
      pending.set(callback, ms)
      return () => void pending.delete(callback)
    },
    delays: () => [...pending.values()],
    run() {
      const due = [...pending.keys()]
      pending.clear()
      for (const callback of due) callback()
    },
  }
}

export async function startAdmin(options: AdminOptions = {}) {
  const path = options.path ?? temporaryPath()
  const time = { nowMs: 1_000_000 }
  const clock = () => time.nowMs
  const store = options.store ?? (await openStore({ path, thread: testThread }))
  const state = createGatewayState({
    configuration: await store.readConfiguration(),
    counters: await store.readCounters(),
    clock,
    slots: createLocalSlots(),
    maxConnections: 500,
  })
  // Asks no backend: pages show what the catalog knows, which other tests fill over HTTP.
  const modelCatalog = createModelCatalog({
    state,
    fetchModels: () => Promise.resolve(undefined),
    clock,
    now: clock,
    setTimer: createTimer,
    refreshMs: 0,
    onChange: () => undefined,
  })
  const cache = createResponseCache(clock, { maxEntries: 10, maxBytes: 100_000, ttlS: 60 })
  const trafficShare = createTrafficShare(createLocalSums(clock))
  const logPath = `${path}.log`
  const destination = createLogDestination({ target: logPath })
  const logger = createLogger({ level: 'info', destination })
  const app = Fastify({ forceCloseConnections: true })
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url}`)
  })
  installErrorHandlers(app, logger)
  const timers = createManualTimers()
  const authentication = createAdminAuthentication({
    adminToken: options.adminToken ?? ADMIN_TOKEN,
    clock,
    now: clock,
    setTimer: timers.set,
    endedSessions: {
      known: await store.readEndedSessions(clock()),
      add: (id, untilMs) => store.addEndedSession(id, untilMs, clock()),
    },
    rateLimitPerMinute: options.rateLimitPerMinute ?? 100_000,
    sessionS: options.sessionS ?? 3600,
    trustedProxies: options.trustedProxies ?? [],
  })
  const waiting = new Map<number, BlockQueue>()
  let changes = 0
  let capacityChanges = 0
  const ended: number[] = []
  await app.register(adminRoutes, {
    prefix: PREFIX,
    state,
    placer: createPlacer({ clock, endpoints: () => state.snapshot().endpoints.length }),
    modelCatalog,
    store,
    cache,
    clock,
    setTimer: timers.set,
    testEndpoint: createEndpointTester({ clock, setTimer: createTimer, instanceId: 'test' }),
    admission: { waiting: () => waiting },
    takeProfile: (worker, seconds) => (worker === 0 ? takeCpuProfile(seconds) : Promise.resolve(undefined)),
    decisions: createDecisionLog({ clock, now: clock }),
    explain: () => ({ tries: [], refusal: undefined, waits: false }),
    trafficShare,
    version: '3.0.0',
    authentication,
    maxBodyBytes: options.maxBodyBytes ?? 1_000_000,
    defaultTimeoutS: 90,
    reservedDigests: new Set([digestSecret(RESERVED_TOKEN)]),
    auditLog: createAuditLog(logger),
    onConfigurationChanged(snapshot) {
      changes += 1
      modelCatalog.sync(snapshot)
    },
    onCapacityChanged: () => void (capacityChanges += 1),
    endInFlight: (id) => void ended.push(id),
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })

  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await app.close()
    await store.close()
    await destination.close()
  }
  onTestFinished(close)

  /** @param body - sent as JSON, a string or bytes as they are. */
  const call = async <Body = AnyObject>(
    method: string,
    route: string,
    body?: unknown,
    headers: object = {},
  ): Promise<AdminResponse<Body>> => {
    const sent = {
      method,
      duplex: 'half' as const,
      headers: { 'x-admin-token': ADMIN_TOKEN, ...headers },
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
                ? (body as string)
                : JSON.stringify(body),
          }),
    }
    const response = await fetch(`${address}${PREFIX}${route}`, sent)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body }
  }

  return {
    address,
    authentication,
    cache,
    call,
    changes: () => changes,
    capacityChanges: () => capacityChanges,
    close,
    /** Ids of the endpoints whose requests were ended. */
    ended,
    async logLines(): Promise<string[]> {
      await destination.flush()
      return readFileSync(logPath, 'utf8').split('\n').slice(0, -1)
    },
    path,
    routes,
    state,
    store,
    time,
    /** Runs the timers that are due. */
    runTimers: () => timers.run(),
    timerCount: () => timers.delays().length,
    /** Of the timers that are set, in milliseconds. */
    timerDelays: timers.delays,
    /** Queued requests by block id. */
    waiting,
    trafficShare,
    /** Creates an endpoint. @returns its id. */
    async endpoint(name: string, fields: object = {}): Promise<number> {
      const { body } = await call('POST', '/endpoints', { name, base_url: 'http://127.0.0.1:9', ...fields })
      return body.id
    },
    async audit(query = ''): Promise<AuditEntry[]> {
      return (await call<AuditEntry[]>('GET', `/audit${query}`)).body
    },
  }
}

export type Admin = Awaited<ReturnType<typeof startAdmin>>
