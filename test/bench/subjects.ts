// Starts the subjects of a benchmark: the balancer, the floor and nginx, before simulated backends.
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { StateView } from '../../src/contract/gateway.ts'
import { random } from '../support/gateway/closed-loop.ts'
import type { HungOptions } from './hung.ts'
import { enlarge, modelName, type Fleet } from './large-configuration.ts'
import { allListed, MODEL_LISTS, modelId, startLists } from './model-lists.ts'
import { isNginxInstalled, startNginx } from './nginx-subject.ts'
import { built, shippedOptions, start, type Measured } from './processes.ts'

const SMALL = { endpoints: 4, tokens: 10 }
const LARGE = { endpoints: 1_000, tokens: 100_000 }

/** Pairs of fleets: whose endpoints take any model, and with 200 models. */
export const FLEETS = {
  scale: { few: { ...SMALL, models: 0, each: 0 }, many: { ...LARGE, models: 0, each: 0 } },
  fleet: { few: { ...SMALL, models: 200, each: 200 }, many: { ...LARGE, models: 200, each: 4 } },
}

export interface Subject {
  readonly name: string
  readonly process: Measured
}

export const startSimulator = (
  tokensPerSecond: number,
  ttftMs = 0,
  models = ['sim-model'],
  more: readonly string[] = [],
): Promise<Measured> =>
  start(
    built('simulator.js'),
    [
      ...['--port', '0', '--models', models.join()],
      ...['--tokens-per-second', String(tokensPerSecond), '--ttft-ms', String(ttftMs)],
      ...more,
    ],
    /127\.0\.0\.1:(\d+)\/v1/,
  )

const ADMIN_TOKEN = 'bench-admin-token-0123456789'

async function change(method: 'POST' | 'PATCH', port: number, path: string, body: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/${path}`, {
    method,
    headers: { 'x-admin-token': ADMIN_TOKEN },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

const create = (port: number, what: string, body: object): Promise<unknown> =>
  change('POST', port, what, body)

/** @returns the id of the endpoint. */
export async function wire(port: number, upstreamPort: number, more: object = {}): Promise<number> {
  const endpoint = await create(port, 'endpoints', {
    name: 'sim',
    base_url: `http://127.0.0.1:${upstreamPort}/v1`,
    connected: true,
    token_quota_percent: 100,
    ...more,
  })
  return (endpoint as { id: number }).id
}

export const redirect = (port: number, endpointId: number, baseUrl: string): Promise<unknown> =>
  change('PATCH', port, `endpoints/${endpointId}`, { base_url: baseUrl })

/** @param database - the name of its file. */
export const startDaemon = (
  folder: string,
  database: string,
  script = built('load-balancer.js'),
  environment: NodeJS.ProcessEnv = {},
): Promise<Measured> =>
  start(script, [], /"url":"http:\/\/127\.0\.0\.1:(\d+)"/, {
    LB_HOST: '127.0.0.1',
    LB_PORT: '0',
    LB_DB_PATH: join(folder, database),
    LB_ADMIN_TOKEN: ADMIN_TOKEN,
    LB_CLIENT_TOKENS: 'bench-client-token',
    LB_MAX_CONNECTIONS: '5000',
    NODE_OPTIONS: shippedOptions(),
    ...environment,
  })

async function startBalancer(folder: string, upstreamPort: number, dist?: string): Promise<Measured> {
  const database = dist === undefined ? `${upstreamPort}.db` : `${upstreamPort}-other.db`
  const balancer = await startDaemon(folder, database, dist && join(dist, 'load-balancer.js'))
  await wire(balancer.port, upstreamPort)
  return balancer
}

/** The same backend, behind so many endpoints of one incoming block, and so many client tokens. */
async function startFleet(
  folder: string,
  database: string,
  upstreamPort: number,
  fleet: Fleet,
  mode: string,
): Promise<Measured> {
  const first = await startDaemon(folder, database)
  await wire(first.port, upstreamPort)
  await change('PATCH', first.port, 'routing', { routing_mode: mode })
  await create(first.port, 'tokens', { name: 'client' })
  await first.stop()
  enlarge(join(folder, database), { ...fleet, clientToken: 'bench-client-token' })
  return startDaemon(folder, database)
}

/** @param connectionPools - that it has to the backend and uses in turns. @param workers - processes that serve. */
export const startFloor = (upstreamPort: number, connectionPools = 1, workers = 1): Promise<Measured> =>
  start(
    new URL('./floor.ts', import.meta.url).pathname,
    [`http://127.0.0.1:${upstreamPort}`, String(connectionPools), String(workers)],
    /listening (\d+)/,
  )

/**
 * Starts the subjects before one simulated backend, runs the benchmark and stops them.
 * @param otherDist - the build folder of another version, which then runs beside this one as the subject `other`.
 */
export async function withSubjects(
  folder: string,
  tokensPerSecond: number,
  run: (subjects: readonly Subject[], upstreamPort: number) => Promise<void>,
  otherDist?: string,
): Promise<void> {
  const simulator = await startSimulator(tokensPerSecond)
  const subjects = [
    { name: 'floor', process: await startFloor(simulator.port) },
    { name: 'balancer', process: await startBalancer(folder, simulator.port) },
  ]
  if (otherDist !== undefined)
    subjects.push({ name: 'other', process: await startBalancer(folder, simulator.port, otherDist) })
  if (isNginxInstalled()) {
    subjects.push({ name: 'nginx', process: await startNginx(folder, simulator.port) })
  }
  await run(subjects, simulator.port)
  await Promise.all([...subjects.map(({ process }) => process), simulator].map((one) => one.stop()))
}

/** Models in a random order, as clients ask for them. */
const drawModels = (models: number): string[] => {
  const next = random(1)
  return Array.from({ length: 4_096 }, () => modelName(Math.floor(next() * models)))
}

interface FleetOptions {
  readonly folder: string
  /** Tells the databases of several sets apart. */
  readonly set: number
  readonly few: Fleet
  readonly many: Fleet
  /** The routing mode of the gateway. */
  readonly mode: string
}

/** Starts both fleets, and floors with as many pools, before one backend. @param run - told of the models to ask for, if there are any. */
export async function withFleets(
  { folder, set, few, many, mode }: FleetOptions,
  run: (subjects: readonly Subject[], models?: string[]) => Promise<void>,
): Promise<void> {
  const names = Array.from({ length: many.models }, (_, model) => modelName(model))
  const hasModels = names.length > 0
  const simulator = await startSimulator(0, 0, hasModels ? names : undefined)
  const { port } = simulator
  const subjects = [
    { name: 'floor', process: await startFloor(port, few.endpoints) },
    { name: 'few', process: await startFleet(folder, `few-${mode}-${set}.db`, port, few, mode) },
    { name: 'wide floor', process: await startFloor(port, many.endpoints) },
    { name: 'many', process: await startFleet(folder, `many-${mode}-${set}.db`, port, many, mode) },
  ]
  await run(subjects, hasModels ? drawModels(names.length) : undefined)
  await Promise.all([...subjects.map(({ process }) => process), simulator].map((one) => one.stop()))
}

const ALLOWED = ['publisher-1*', '*/model-2*-instruct', 'publisher-3*/*7*', 'alias-1*', 'alias-20']

/** A balancer before backends that list many models, with a token for all of them and one that may use some. */
export async function startListing(folder: string) {
  const lists = await startLists()
  const balancer = await startDaemon(folder, 'lists.db')
  const { endpoints, aliases } = MODEL_LISTS
  for (let n = 0; n < endpoints; n += 1)
    await wire(balancer.port, lists.port, {
      name: `list ${n}`,
      base_url: `http://127.0.0.1:${lists.port}/${n}/v1`,
    })
  for (let n = 0; n < aliases; n += 1)
    await create(balancer.port, 'model-aliases', {
      name: `alias-${n}`,
      targets: [{ model: modelId(n) }, { model: modelId(n + 1) }],
    })
  const token = async (name: string, more: object): Promise<string> =>
    ((await create(balancer.port, 'tokens', { name, ...more })) as { token: string }).token
  const tokens = { any: await token('any', {}), some: await token('some', { allowed_models: ALLOWED }) }
  await allListed(balancer.port, tokens.any)
  return {
    balancer,
    tokens,
    requests: lists.requests,
    async stop() {
      await balancer.stop()
      lists.stop()
    },
  }
}

// Per endpoint. The time to the first token is far above scheduling noise, so that only waiting for the hung one could double it.
const TRIO = { slots: 16, ttftMs: 100 }
const POLL_MS = 20

/** The balancer before three backends of which one can hang. */
export async function startTrio(folder: string): Promise<HungOptions & { stop(): Promise<void> }> {
  const balancer = await startDaemon(folder, 'trio.db')
  const simulators = await Promise.all([1, 2, 3].map(() => startSimulator(0, TRIO.ttftMs)))
  for (const [index, { port }] of simulators.entries())
    await wire(balancer.port, port, { name: `sim ${index}`, max_concurrent: TRIO.slots })
  const control = /http:\S+\/control/.exec(simulators[0]?.line ?? '')?.[0] ?? ''
  const inFlight = async (): Promise<number> => {
    const headers = { 'x-admin-token': ADMIN_TOKEN }
    const response = await fetch(`http://127.0.0.1:${balancer.port}/admin/api/state`, { headers })
    return ((await response.json()) as StateView).stats.total_inflight
  }
  return {
    port: balancer.port,
    slots: TRIO.slots,
    setHung: (hung) =>
      fetch(`${control}/fault`, hung ? { method: 'PUT', body: '{"kind":"hang"}' } : { method: 'DELETE' }),
    async settled() {
      while ((await inFlight()) > 0) await delay(POLL_MS)
    },
    stop: async () => void (await Promise.all([balancer, ...simulators].map((one) => one.stop()))),
  }
}

/** The balancer before backends that cache prompts. @param flags - of each simulated backend. @param routing - mode and placement. */
export async function startCaching(folder: string, count: number, flags: readonly string[], routing: object) {
  const balancer = await startDaemon(mkdtempSync(join(folder, 'caching-')), 'lb.db')
  const simulators = await Promise.all(
    Array.from({ length: count }, () => startSimulator(0, 0, ['sim-model'], flags)),
  )
  for (const [index, { port }] of simulators.entries())
    await wire(balancer.port, port, { name: `sim ${index}`, token_quota_percent: 100 / count })
  await change('PATCH', balancer.port, 'routing', routing)
  return {
    port: balancer.port,
    stop: async () => void (await Promise.all([balancer, ...simulators].map((one) => one.stop()))),
  }
}
