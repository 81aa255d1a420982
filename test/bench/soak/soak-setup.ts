// Starts the soak's processes: three simulated backends and the daemon, with two blocks and their client tokens.
import { join } from 'node:path'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { Served } from '../../../src/simulation/accounting.ts'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import { createEvidence, type Evidence } from './soak-evidence.ts'
import { built, shippedOptions, start, type Measured } from '../processes.ts'

const ADMIN_TOKEN = 'soak-admin-token-0123456789'
const BACKENDS = 3
// Slow enough that a long response outlives every client that is to leave it, and fast enough for short ones.
const TOKENS_PER_SECOND = 500
const TTFT_MS = 20
const SHORT_COOLDOWN_S = '2'
const FAILOVER_ATTEMPTS = 2

export interface Backend {
  /** Its endpoint's. */
  readonly id: number
  readonly name: string
  served(): Promise<Served>
  resetServed(): Promise<void>
  setFault(fault: FaultInput | null): Promise<void>
}

export interface Soak {
  readonly daemon: Measured
  readonly backends: readonly Backend[]
  readonly blockIds: readonly number[]
  readonly clientTokens: readonly string[]
  readonly evidence: Evidence
  admin<Body>(method: string, path: string, body?: object): Promise<Body>
  state(): Promise<StateView>
  stop(): Promise<void>
}

async function call<Body>(method: string, url: string, body?: object): Promise<Body> {
  const response = await fetch(url, {
    method,
    headers: { 'x-admin-token': ADMIN_TOKEN },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
  return JSON.parse(text) as Body
}

const startSimulator = (name: string, seed: number): Promise<Measured> =>
  start(
    built('simulator.js'),
    [
      ...['--port', '0', '--name', name, '--seed', String(seed)],
      ...['--ttft-ms', String(TTFT_MS), '--tokens-per-second', String(TOKENS_PER_SECOND)],
    ],
    /127\.0\.0\.1:(\d+)\/v1/,
  )

function createBackend(id: number, name: string, simulator: Measured): Backend {
  const control = /http:\S+\/control/.exec(simulator.line)?.[0] ?? ''
  return {
    id,
    name,
    served: () => call<Served>('GET', `${control}/served`),
    resetServed: () => call('DELETE', `${control}/served`),
    setFault: (fault) =>
      fault === null ? call('DELETE', `${control}/fault`) : call('PUT', `${control}/fault`, fault),
  }
}

/** @param folder - for the database. */
export async function startSoak(folder: string): Promise<Soak> {
  const evidence = createEvidence(FAILOVER_ATTEMPTS)
  const environment = {
    LB_HOST: '127.0.0.1',
    LB_PORT: '0',
    LB_DB_PATH: join(folder, 'soak.db'),
    LB_ADMIN_TOKEN: ADMIN_TOKEN,
    LB_COOLDOWN_SECONDS: SHORT_COOLDOWN_S,
    LB_FAILOVER_ATTEMPTS: String(FAILOVER_ATTEMPTS),
    NODE_OPTIONS: shippedOptions(),
  }
  const url = /"url":"http:\/\/127\.0\.0\.1:(\d+)"/
  const daemon = await start(built('load-balancer.js'), [], url, environment, evidence.readLog)
  const admin = <Body>(method: string, path: string, body?: object): Promise<Body> =>
    call<Body>(method, `http://127.0.0.1:${daemon.port}/admin/api/${path}`, body)

  const simulators: Measured[] = []
  const backends: Backend[] = []
  for (let index = 1; index <= BACKENDS; index += 1) {
    const name = `sim-${index}`
    const simulator = await startSimulator(name, index)
    const { id } = await admin<{ id: number }>('POST', 'endpoints', {
      name,
      base_url: `http://127.0.0.1:${simulator.port}/v1`,
      connected: true,
      token_quota_percent: 20 + 10 * index,
      timeout_seconds: 3,
      health_check_path: '/health',
      health_check_interval_seconds: 2,
    })
    simulators.push(simulator)
    backends.push(createBackend(id, name, simulator))
  }
  await admin('POST', 'incoming-blocks', { name: 'second' })
  const blockIds = (await admin<StateView>('GET', 'state')).incoming_blocks.map(({ id }) => id)
  const clientTokens: string[] = []
  for (let index = 0; index < 2 * blockIds.length; index += 1) {
    const { token } = await admin<{ token: string }>('POST', 'tokens', {
      name: `client ${index}`,
      incoming_block_id: blockIds[index % blockIds.length],
      request_priority: index,
      guaranteed_share_percent: 10 * index,
    })
    clientTokens.push(token)
  }
  return {
    daemon,
    backends,
    blockIds,
    clientTokens,
    evidence,
    admin,
    state: () => admin<StateView>('GET', 'state'),
    stop: async () => void (await Promise.all([daemon, ...simulators].map((one) => one.stop()))),
  }
}
