// Prints what the balancer takes for a completion, a streamed chunk and an open stream, beside the bare Node floor.
// Both run in turns against the same simulated backend, so that the machine's mood strikes both.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { enlarge } from './large-configuration.ts'
import { measureLatency, type Quantiles } from './latency.ts'
import { sendCompletions, sendStreams } from './load.ts'
import { isNginxInstalled, startNginx } from './nginx-subject.ts'
import { built, cpuUs, maxOpenFiles, residentKib, shippedOptions, start, type Measured } from './processes.ts'

// The first ones warm up: what is being compiled meanwhile is nobody's cost for long.
const WARM_UP_ROUNDS = 2
const COMPLETIONS = 4_000
// Of the same program one process may be slower than the next by a twentieth, for as long as it lives.
const COMPLETION_SETS = 4
const COMPLETION_ROUNDS = 6
const CHUNK_ROUNDS = 8
const PARALLEL = 32
const STREAMS = 400
const TOKENS = 60
const TOKENS_PER_SECOND = 20
const WANTED_STREAMS = 2_000
// Each stream takes two descriptors of a proxy; the rest is for files and listeners.
const OPEN_STREAMS = Math.min(WANTED_STREAMS, Math.floor((maxOpenFiles() - 200) / 2))
// Slow enough for two cores to carry them all: what piles up behind a busy process is not what a stream holds.
const OPEN_TOKENS_PER_SECOND = 5
const OPEN_TOKENS = 30
const LARGE = { endpoints: 1_000, tokens: 100_000 }
const LATENCY = { perSecond: 500, seconds: 4, rounds: 3 }

interface Subject {
  readonly name: string
  readonly process: Measured
}

const startSimulator = (tokensPerSecond: number): Promise<Measured> =>
  start(
    built('simulator.js'),
    ['--port', '0', '--tokens-per-second', String(tokensPerSecond), '--models', 'sim-model'],
    /127\.0\.0\.1:(\d+)\/v1/,
  )

async function create(port: number, what: string, body: object): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/admin/api/${what}`, {
    method: 'POST',
    headers: { 'x-admin-token': 'bench-admin-token-0123456789' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

const wire = (port: number, upstreamPort: number): Promise<void> =>
  create(port, 'endpoints', {
    name: 'sim',
    base_url: `http://127.0.0.1:${upstreamPort}/v1`,
    connected: true,
    token_quota_percent: 100,
  })

/** @param database - the name of its file. */
const startDaemon = (folder: string, database: string): Promise<Measured> =>
  start(built('load-balancer.js'), [], /"url":"http:\/\/127\.0\.0\.1:(\d+)"/, {
    LB_HOST: '127.0.0.1',
    LB_PORT: '0',
    LB_DB_PATH: join(folder, database),
    LB_ADMIN_TOKEN: 'bench-admin-token-0123456789',
    LB_CLIENT_TOKENS: 'bench-client-token',
    LB_MAX_CONNECTIONS: '5000',
    NODE_OPTIONS: shippedOptions(),
  })

async function startBalancer(folder: string, upstreamPort: number): Promise<Measured> {
  const balancer = await startDaemon(folder, `${upstreamPort}.db`)
  await wire(balancer.port, upstreamPort)
  return balancer
}

/** The same backend, behind so many endpoints of one incoming block, and so many client tokens. */
async function startLarge(folder: string, database: string, upstreamPort: number): Promise<Measured> {
  const first = await startDaemon(folder, database)
  await wire(first.port, upstreamPort)
  await create(first.port, 'tokens', { name: 'client' })
  await first.stop()
  enlarge(join(folder, database), { ...LARGE, clientToken: 'bench-client-token' })
  return startDaemon(folder, database)
}

async function cpuOf(
  { process }: Subject,
  work: (port: number) => Promise<void>,
  units: number,
): Promise<number> {
  const before = cpuUs(process.pid)
  await work(process.port)
  return (cpuUs(process.pid) - before) / units
}

interface Figure {
  /** Of the least disturbed round: whatever else the machine does can only add to a round. */
  readonly least: number
  /** To the floor of the same round, the median of all rounds: what disturbs a while disturbs all subjects alike. */
  readonly ratio: number
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN

/** Microseconds a unit by subject, in each round. */
type Rounds = Map<string, number[]>

/** @param rounds - `floor` among them. */
const figuresOf = (rounds: Rounds): Map<string, Figure> =>
  new Map(
    [...rounds].map(([name, values]) => {
      const ratios = values.map((value, round) => value / (rounds.get('floor')?.[round] ?? NaN))
      return [name, { least: Math.min(...values), ratio: median(ratios) }]
    }),
  )

/** Runs the subjects in turns, after rounds that count for nothing. @param results - get one more of each. */
async function runRounds(
  results: Rounds,
  subjects: readonly Subject[],
  rounds: number,
  units: number,
  work: (port: number) => Promise<void>,
): Promise<void> {
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const subject of subjects) {
      const us = await cpuOf(subject, work, units)
      if (round >= 0) results.set(subject.name, [...(results.get(subject.name) ?? []), us])
    }
  }
}

const runCompletions = (results: Rounds, subjects: readonly Subject[]): Promise<void> =>
  runRounds(results, subjects, COMPLETION_ROUNDS, COMPLETIONS, (port) =>
    sendCompletions(port, COMPLETIONS, PARALLEL),
  )

function print(title: string, unit: string, figures: ReadonlyMap<string, Figure>): void {
  process.stdout.write(`\n${title}\n`)
  for (const [name, { least, ratio }] of figures) {
    const text = `${name.padEnd(10)} ${least.toFixed(1).padStart(8)} ${unit}   ${ratio.toFixed(2)} x floor`
    process.stdout.write(`  ${text}\n`)
  }
}

async function withSubjects(
  folder: string,
  tokensPerSecond: number,
  run: (subjects: readonly Subject[], upstreamPort: number) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator(tokensPerSecond)
  const upstream = `http://127.0.0.1:${simulator.port}`
  const floorScript = new URL('floor.ts', import.meta.url).pathname
  const subjects = [
    { name: 'floor', process: await start(floorScript, [upstream], /listening (\d+)/) },
    { name: 'balancer', process: await startBalancer(folder, simulator.port) },
  ]
  if (isNginxInstalled()) {
    subjects.push({ name: 'nginx', process: await startNginx(folder, simulator.port) })
  }
  await run(subjects, simulator.port)
  await Promise.all([...subjects.map(({ process }) => process), simulator].map((one) => one.stop()))
}

function printLatency(results: ReadonlyMap<string, Quantiles>): void {
  const base = results.get('direct') ?? { p50: NaN, p99: NaN }
  process.stdout.write(
    `\nLatency at ${LATENCY.perSecond} requests a second, and what of it is added to the direct way\n`,
  )
  for (const [name, { p50, p99 }] of results) {
    const added =
      name === 'direct' ? '' : `   +${(p50 - base.p50).toFixed(2)} / +${(p99 - base.p99).toFixed(2)} ms`
    process.stdout.write(`  ${name.padEnd(10)} p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)} ms${added}\n`)
  }
}

/** Memory a stream holds while it is open. */
async function compareMemory(subjects: readonly Subject[]): Promise<Map<string, Figure>> {
  const results = new Map<string, number[]>()
  for (const { name, process } of subjects) {
    await sendStreams(process.port, 20, OPEN_TOKENS)
    const before = residentKib(process.pid)
    let highest = before
    const watch = setInterval(() => (highest = Math.max(highest, residentKib(process.pid))), 200)
    await sendStreams(process.port, OPEN_STREAMS, OPEN_TOKENS)
    clearInterval(watch)
    results.set(name, [(highest - before) / OPEN_STREAMS])
  }
  return figuresOf(results)
}

const folder = mkdtempSync(join(tmpdir(), 'lb-bench-'))
process.stdout.write(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'CPU'}\n`)
if (!isNginxInstalled()) process.stdout.write('nginx: not installed\n')
if (OPEN_STREAMS < WANTED_STREAMS)
  process.stdout.write(`${OPEN_STREAMS} streams, not ${WANTED_STREAMS}: raise the limit on open files\n`)
const only = process.argv[2]
if (only === undefined || only === 'latency') {
  await withSubjects(folder, 0, async (subjects, upstreamPort) => {
    const through = subjects.map(({ name, process }) => ({ name, port: process.port }))
    printLatency(await measureLatency([{ name: 'direct', port: upstreamPort }, ...through], LATENCY))
  })
}
if (only === undefined || only === 'completion') {
  const results: Rounds = new Map()
  for (let set = 0; set < COMPLETION_SETS; set += 1)
    await withSubjects(folder, 0, (subjects) => runCompletions(results, subjects))
  print(`CPU per completion (${PARALLEL} at a time)`, 'us', figuresOf(results))
}
if (only === undefined || only === 'chunk') {
  const results: Rounds = new Map()
  await withSubjects(folder, TOKENS_PER_SECOND, (subjects) =>
    runRounds(results, subjects, CHUNK_ROUNDS, STREAMS * TOKENS, (port) =>
      sendStreams(port, STREAMS, TOKENS),
    ),
  )
  const title = `CPU per streamed chunk (${STREAMS} streams at ${TOKENS_PER_SECOND} tokens a second)`
  print(title, 'us', figuresOf(results))
}
if (only === undefined || only === 'memory') {
  await withSubjects(folder, OPEN_TOKENS_PER_SECOND, async (subjects) => {
    print(`Memory per open stream (${OPEN_STREAMS} streams)`, 'KiB', await compareMemory(subjects))
  })
}
if (only === undefined || only === 'scale') {
  const results: Rounds = new Map()
  for (let set = 0; set < COMPLETION_SETS; set += 1)
    await withSubjects(folder, 0, async ([floor, balancer], upstreamPort) => {
      if (floor === undefined || balancer === undefined) throw new Error('nothing to compare')
      const large = { name: 'large', process: await startLarge(folder, `large-${set}.db`, upstreamPort) }
      await runCompletions(results, [floor, balancer, large])
      await large.process.stop()
    })
  const figures = figuresOf(results)
  print(`CPU per completion, ${LARGE.endpoints} endpoints and ${LARGE.tokens} tokens`, 'us', figures)
  const ratio = (figures.get('large')?.ratio ?? NaN) / (figures.get('balancer')?.ratio ?? NaN)
  process.stdout.write(`  large : balancer ${ratio.toFixed(2)}\n`)
}
rmSync(folder, { recursive: true })
