// The balancer with three simulated backends for one run of the chaos: all in this process, or the balancer as several.
import { join } from 'node:path'
import { buildApp } from '../../src/app/build-app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { StateView } from '../../src/contract/gateway.ts'
import type { ProcessLog } from '../../src/observability/log-destination.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createSimulatedBackend, type SimulatedBackend } from '../../src/simulation/simulated-backend.ts'
import { startChaosDaemon } from './chaos-daemon.ts'
import { openStore } from '../../src/store/open-store.ts'

const ADMIN_TOKEN = 'admin-token-of-the-chaos'
const BACKENDS = ['alpha', 'beta', 'gamma'] as const
export const COOLDOWN_S = 1
export const ENDPOINT_TIMEOUT_S = 2

export interface ChaosBackend extends SimulatedBackend {
  readonly id: number
  readonly name: string
}

export interface Fleet {
  readonly url: string
  readonly backends: readonly ChaosBackend[]
  /** Bearer tokens; each kind of client has its own. */
  readonly tokens: readonly string[]
  /** Rejects where the status is not 200. */
  admin<Body>(method: string, path: string, body?: object): Promise<Body>
  state(): Promise<StateView>
  close(): Promise<void>
}

interface RunningBalancer {
  readonly url: string
  close(): Promise<void>
}

async function startHere(
  environment: Readonly<Record<string, string>> & { readonly LB_DB_PATH: string },
  onLine: (line: string) => void,
): Promise<RunningBalancer> {
  const logDestination: ProcessLog = {
    write: onLine,
    writeBytes: (line) => onLine(Buffer.from(line).toString()),
    flush: () => Promise.resolve(),
    flushSync: () => undefined,
    close: () => Promise.resolve(),
  }
  const config = readConfig(environment)
  const store = await openStore({ path: environment.LB_DB_PATH })
  const logger = createLogger({ level: config.logLevel, destination: logDestination })
  const version = '3.0.0-chaos'
  const options = { config, adminToken: ADMIN_TOKEN, store, logger, logDestination, version }
  const app = await buildApp({ ...options, processMetrics: false })
  const url = await app.server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 })
  return {
    url,
    async close() {
      await app.close()
      await store.close()
    },
  }
}

interface FleetOptions {
  /** Of the database. */
  readonly folder: string
  readonly seed: number
  readonly tokenCount: number
  /** Of the balancer; 1 for this process. */
  readonly workers: number
  /** Receives each line of the log. */
  readonly onLine: (line: string) => void
}

export async function startFleet({
  folder,
  seed,
  tokenCount,
  workers,
  onLine,
}: FleetOptions): Promise<Fleet> {
  const environment = {
    LB_DB_PATH: join(folder, 'chaos.db'),
    LB_COOLDOWN_SECONDS: String(COOLDOWN_S),
    LB_FAIL_THRESHOLD: '3',
    LB_TOTAL_TIMEOUT_SECONDS: '20',
    LB_DRAIN_TIMEOUT_SECONDS: '0',
    LB_ADMIN_RATE_LIMIT_RPM: '1000000',
  }
  const severalWorkers = { ...environment, LB_ADMIN_TOKEN: ADMIN_TOKEN, LB_WORKERS: String(workers) }
  const { url, close } =
    workers === 1 ? await startHere(environment, onLine) : await startChaosDaemon(severalWorkers, onLine)

  const admin = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(`${url}/admin/api${path}`, {
      method,
      headers: { 'x-admin-token': ADMIN_TOKEN },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as Body
  }
  const backends: ChaosBackend[] = []
  for (const [index, name] of BACKENDS.entries()) {
    const backend = createSimulatedBackend({ name, seed: seed + index }, { maxKept: 1 })
    const { baseUrl: base_url } = await backend.listen()
    const fields = { name, base_url, connected: true, timeout_seconds: ENDPOINT_TIMEOUT_S }
    const { id } = await admin<{ id: number }>('POST', '/endpoints', fields)
    backends.push(Object.assign(backend, { id, name }))
  }
  const tokens: string[] = []
  for (let index = 0; index < tokenCount; index += 1) {
    tokens.push((await admin<{ token: string }>('POST', '/tokens', { name: `client-${index}` })).token)
  }
  return {
    url,
    backends,
    tokens,
    admin,
    state: () => admin('GET', '/state'),
    async close() {
      await close()
      await Promise.all(backends.map((backend) => backend.close()))
    },
  }
}
