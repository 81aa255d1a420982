// Starts the whole balancer on a free port, with simulated backends wired to it through its admin API.
import OpenAI from 'openai'
import { vi } from 'vitest'
import { buildApp } from '../../../src/app/build-app.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { readVersion } from '../../../src/config/version.ts'
import type { ClientTokenCreated } from '../../../src/contract/client-token.ts'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { IncomingBlockView } from '../../../src/contract/incoming-block.ts'
import type { ProcessLog } from '../../../src/observability/log-destination.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import {
  createSimulatedBackend,
  type SimulatedBackend,
  type SimulatedBackendOptions,
  type SimulatedBackendParts,
} from '../../../src/simulation/simulated-backend.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { temporaryPath, testThread } from '../../store/temporary-store.ts'
import { onEnd } from '../lifetime.ts'
import { send, type HttpResponse, type Sent } from '../clients/http-client.ts'
import { listenOnKeptPort } from './kept-port.ts'
import { startWorkerServer, testWorkers } from './worker-server.ts'

export const ADMIN_TOKEN = 'admin-token-of-the-tests'
export const VERSION = readVersion()

export interface RunningBackend extends SimulatedBackend {
  readonly baseUrl: string
}

/** The variables with which the balancer asks its endpoints for their models. */
const discovery = { LB_MODELS_REFRESH_SECONDS: '60' }

/** What is served there counts all requests that have ended. */
const figurePaths = new Set(['/health', '/metrics', '/admin/api/live'])

/** A line of the request log. */
type LogLine = Readonly<Record<string, unknown>>

// In one process all is known before the response.
const isTold = (): Promise<void> => Promise.resolve()

interface AppSetup {
  /** LB_* variables. */
  readonly environment?: Readonly<Record<string, string>>
  /** One simulated backend each; default a single one. */
  readonly backends?: readonly SimulatedBackendOptions[]
  /** Fields of the endpoint of each backend, in the same order; or one object for all. */
  readonly endpoints?: readonly object[] | object
  /** Parts of every backend. */
  readonly backendParts?: SimulatedBackendParts
}

/** Keeps the lines in memory, in order. */
function createMemoryLog() {
  const lines: string[] = []
  const destination: ProcessLog = {
    write: (line) => void lines.push(line),
    writeBytes: (line) => void lines.push(Buffer.from(line).toString()),
    flush: () => Promise.resolve(),
    flushSync: () => undefined,
    close: () => Promise.resolve(),
  }
  return { lines, destination }
}

/** Waits until `check` passes; the limit lies just below that of a test, for a busy machine. */
export const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 50_000, interval: 20 })

async function startBackends(setup: AppSetup): Promise<RunningBackend[]> {
  return Promise.all(
    (setup.backends ?? [{}]).map(async (options) => {
      const backend = createSimulatedBackend(options, setup.backendParts)
      onEnd(() => backend.close())
      const { baseUrl } = await backend.listen()
      return Object.assign(backend, { baseUrl })
    }),
  )
}

/** @param databasePath - of a server that has been closed, to start anew with what it has stored. */
async function startServer(environment: Readonly<Record<string, string>>, databasePath = temporaryPath()) {
  const variables = {
    LB_DRAIN_TIMEOUT_SECONDS: '0',
    // Tests poll the state.
    LB_ADMIN_RATE_LIMIT_RPM: '1000000',
    // Tests count the requests that reach their backends; see `startListingApp`.
    LB_MODELS_REFRESH_SECONDS: '0',
    LB_LOAD_INTERVAL_SECONDS: '0',
    LB_DB_PATH: databasePath,
    ...environment,
  }
  if (testWorkers > 1) return startWorkerServer(variables, ADMIN_TOKEN)
  const config = readConfig(variables)
  const { lines, destination } = createMemoryLog()
  const logger = createLogger({ level: config.logLevel, destination })
  const store = await openStore({ path: databasePath, thread: testThread })
  const app = await buildApp({
    config,
    adminToken: ADMIN_TOKEN,
    store,
    logger,
    logDestination: destination,
    version: VERSION,
    processMetrics: false,
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= app.close().then(() => store.close()))
  onEnd(close)
  const url = await listenOnKeptPort(app.server)
  return {
    url,
    server: app.server.server,
    lines: () => Promise.resolve(lines),
    booksTold: isTold,
    workersTold: isTold,
    databasePath,
    close,
  }
}

type Told = Readonly<Record<'booksTold' | 'workersTold', () => Promise<void>>>

/** Calls of the admin API; a status other than 200 fails the test. */
function createAdminClient(url: string, { booksTold, workersTold }: Told) {
  const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    if (method === 'GET') await booksTold()
    const response = await send(`${url}/admin/api${path}`, {
      method,
      headers: { 'x-admin-token': ADMIN_TOKEN },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${response.text}`)
    if (method !== 'GET') await workersTold()
    return response.json() as Body
  }
  return {
    call,
    state: () => call<StateView>('GET', '/state'),
    endpoint: (name: string, baseUrl: string, fields: object = {}) =>
      call<EndpointView>('POST', '/endpoints', { name, base_url: baseUrl, connected: true, ...fields }),
    block: (name: string) => call<IncomingBlockView>('POST', '/incoming-blocks', { name }),
    token: (name: string, fields: object = {}) =>
      call<ClientTokenCreated>('POST', '/tokens', { name, ...fields }),
    patchEndpoint: (id: number, fields: object) => call<EndpointView>('PATCH', `/endpoints/${id}`, fields),
  }
}

export async function startApp(setup: AppSetup = {}) {
  const backends = await startBackends(setup)
  const { url, server, lines, booksTold, workersTold, databasePath, close } = await startServer(
    setup.environment ?? {},
  )
  const admin = createAdminClient(url, { booksTold, workersTold })
  const sendTold = async (path: string, sent: Sent = {}): Promise<HttpResponse> => {
    if (figurePaths.has(path)) await booksTold()
    const response = await send(url + path, sent)
    // The admin token, which that needs, would end the count of wrong ones.
    if (!path.startsWith('/admin')) await workersTold()
    return response
  }
  const endpoints: EndpointView[] = []
  for (const [index, { baseUrl }] of backends.entries()) {
    const fields: unknown = Array.isArray(setup.endpoints) ? setup.endpoints[index] : setup.endpoints
    endpoints.push(await admin.endpoint(`backend-${index + 1}`, baseUrl, fields as object))
  }
  const [backend, endpoint] = [backends[0], endpoints[0]]
  if (!backend || !endpoint) throw new Error('startApp takes at least one backend')

  return {
    url,
    port: Number(new URL(url).port),
    /** Of a balancer in this process. */
    get server() {
      if (server === undefined) throw new Error('workers are other processes')
      return server
    },
    databasePath,
    /** Ends the server and starts it anew. @returns the new one's address. */
    async restart(): Promise<string> {
      await close()
      return (await startServer(setup.environment ?? {}, databasePath)).url
    },
    admin,
    backends,
    /** The first backend. */
    backend,
    endpoints,
    endpoint,
    /** The whole log as text. */
    logText: async () => (await lines()).join(''),
    /** The parsed lines of the request log. */
    requestLines: async () =>
      (await lines()).map((line) => JSON.parse(line) as LogLine).filter(({ msg }) => msg === 'request'),
    send: sendTold,
    /** @param body - sent as JSON; text and bytes as they are. */
    post: (
      path: string,
      body: object | string | Buffer,
      headers: Sent['headers'] = {},
    ): Promise<HttpResponse> =>
      sendTold(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    /** Number of requests that have arrived at any backend, but those for its list of models. */
    arrived: () =>
      backends.reduce((sum, { served }) => {
        const { total, routes } = served()
        return sum + total.requests - (routes['/v1/models']?.requests ?? 0)
      }, 0),
    /** Waits until nothing is in flight. */
    settled: () =>
      eventually(async () => {
        const { stats } = await admin.state()
        if (stats.total_inflight !== 0) throw new Error(`${stats.total_inflight} in flight`)
      }),
    openai: (apiKey = 'none', baseURL = `${url}/v1`) => new OpenAI({ baseURL, apiKey, maxRetries: 0 }),
  }
}

export type RunningApp = Awaited<ReturnType<typeof startApp>>

/** Starts an app that asks its backends for their models. */
export const startListingApp = (setup: AppSetup = {}): Promise<RunningApp> =>
  startApp({ ...setup, environment: { ...discovery, ...setup.environment } })

export const chatOf = (fields: object = {}) => ({
  model: 'sim-model',
  messages: [{ role: 'user', content: 'Hello there' }],
  ...fields,
})
