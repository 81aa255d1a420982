// Measures what the field's public board of gateways compares, before backends that are as simple as can be.
import { cpus } from 'node:os'
import { built, childrenOf, cpuUs, start, type Measured } from '../processes.ts'
import { redirect, startDaemon, wire } from '../subjects.ts'
import type { GeneratorFigures, Load } from './generator.ts'

export interface BoardOptions {
  /** Of the balancer. */
  readonly workers: string
  /** Of each measurement. */
  readonly seconds: number
  readonly connections: number
  readonly slowConnections: number
  /** The most that are opened. */
  readonly streams: number
  /** Processes of each kind. */
  readonly upstreams: number
  readonly generators: number
}

/** One measurement, with the CPU time in percent of one core: of the balancer's processes together, and of the busiest of the others. */
export interface Run extends GeneratorFigures {
  readonly connections: number
  readonly balancerPercent: number
  readonly upstreamPercent: number
  /** Of all cores, whoever used them. */
  readonly machinePercent: number
}

export interface Board {
  readonly max: Run
  readonly slow: Run
  readonly direct: Run
  readonly through: Run
  /** The largest number of streams without a stall; undefined where the fewest stall. */
  readonly streams: Run | undefined
  /** The next larger number, with which one stalls; undefined where none does. */
  readonly stalled: Run | undefined
}

export const SLOW_MS = 20
export const STALL_MS = 200
const FEWEST_STREAMS = 64
const CHUNK_EVERY_MS = 50
const AT_ONCE = '/delay/0'

const startUpstream = (): Promise<Measured> =>
  start(new URL('../load-engine/backend.ts', import.meta.url).pathname, [], /^(\d+)$/)

/** @returns once it is warm; `figures` once it has ended. */
async function startGenerator(load: Load) {
  let last = ''
  const script = new URL('./generator.ts', import.meta.url).pathname
  const { exit } = await start(script, [JSON.stringify(load)], /^measuring (1)$/, {}, (line) => (last = line))
  const figures = exit.then((code) => {
    if (code !== 0) throw new Error(`a load generator ended with ${code}`)
    return JSON.parse(last) as GeneratorFigures
  })
  return { figures }
}

/** In milliseconds, of all cores: in all, and of it idle. */
function readCores() {
  const times = cpus().map((core) => core.times)
  const idle = sum(times.map((each) => each.idle))
  return { idle, all: idle + sum(times.map(({ user, nice, sys, irq }) => user + nice + sys + irq)) }
}

const most = (values: readonly number[]): number => Math.max(...values)
const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0)

/** @param generators - that share the connections. */
async function runLoad(
  balancer: Measured,
  upstreams: readonly Measured[],
  load: Load,
  generators: number,
): Promise<Run> {
  const count = Math.min(generators, load.connections)
  const part = (index: number): number => Math.floor((load.connections + index) / count)
  const started = await Promise.all(
    Array.from({ length: count }, (_, index) => startGenerator({ ...load, connections: part(index) })),
  )
  const pids = [[balancer.pid, ...childrenOf(balancer.pid)], ...upstreams.map(({ pid }) => [pid])]
  const read = (): number[] => pids.map((each) => sum(each.map(cpuUs)))
  const startMs = performance.now()
  const before = read()
  const cores = readCores()
  const figures = await Promise.all(started.map((each) => each.figures))
  const passedMs = performance.now() - startMs
  const { idle, all } = readCores()
  const [balancerPercent = 0, ...upstreamPercent] = read().map(
    (us, index) => (us - (before[index] ?? 0)) / 10 / passedMs,
  )
  return {
    connections: load.connections,
    perSecond: sum(figures.map(({ perSecond }) => perSecond)),
    p50Ms: most(figures.map(({ p50Ms }) => p50Ms)),
    p99Ms: most(figures.map(({ p99Ms }) => p99Ms)),
    longestStallMs: most(figures.map(({ longestStallMs }) => longestStallMs)),
    busyPercent: most(figures.map(({ busyPercent }) => busyPercent)),
    balancerPercent,
    upstreamPercent: most(upstreamPercent),
    machinePercent: 100 * (1 - (idle - cores.idle) / (all - cores.all)),
  }
}

/** Doubles the number of streams until one stalls. */
async function findStreams(mostStreams: number, runStreams: (count: number) => Promise<Run>) {
  let streams: Run | undefined
  for (let count = Math.min(FEWEST_STREAMS, mostStreams); ; count = Math.min(2 * count, mostStreams)) {
    const run = await runStreams(count)
    if (run.longestStallMs > STALL_MS) return { streams, stalled: run }
    streams = run
    if (count === mostStreams) return { streams, stalled: undefined }
  }
}

/** @param folder - of the balancer's database. */
export async function measureBoard(folder: string, options: BoardOptions): Promise<Board> {
  const { seconds, generators } = options
  const upstreams = await Promise.all(Array.from({ length: options.upstreams }, startUpstream))
  const balancer = await startDaemon(folder, 'board.db', built('load-balancer.js'), {
    LB_WORKERS: options.workers,
  })
  const endpointIds: number[] = []
  for (const [index, { port }] of upstreams.entries())
    endpointIds.push(await wire(balancer.port, port, { name: `upstream ${index}` }))

  /** What all requests ask of the backends from now on. */
  const ask = async (prefix: string): Promise<void> => {
    for (const [index, { port }] of upstreams.entries())
      await redirect(balancer.port, endpointIds[index] ?? 0, `http://127.0.0.1:${port}${prefix}/v1`)
  }
  const run = (fields: Partial<Load>): Promise<Run> =>
    runLoad(
      balancer,
      upstreams,
      { port: balancer.port, prefix: '', connections: 1, seconds, stream: false, ...fields },
      generators,
    )
  await ask(AT_ONCE)
  const max = await run({ connections: options.connections })
  const direct = await run({ port: upstreams[0]?.port ?? 0, prefix: AT_ONCE })
  const through = await run({})
  await ask(`/delay/${SLOW_MS}`)
  const slow = await run({ connections: options.slowConnections })
  await ask(`/chunks/${Math.ceil((seconds * 1000) / CHUNK_EVERY_MS)}/every/${CHUNK_EVERY_MS}`)
  const streams = await findStreams(options.streams, (connections) => run({ connections, stream: true }))
  await Promise.all([balancer, ...upstreams].map((one) => one.stop()))
  return { max, slow, direct, through, ...streams }
}
