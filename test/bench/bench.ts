// Prints the cost of a completion, of a streamed chunk and of an open stream, for the balancer and for a bare Node proxy.
// The subjects run in turns against the same simulated backend, so that noise of the machine affects all of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { boardArguments, boardOptions } from './board/board-options.ts'
import { measureBoard } from './board/measure-board.ts'
import { printBoard } from './board/print-board.ts'
import { measureBesideHung } from './hung.ts'
import { measureAlone, measureLatency, type Quantiles } from './latency.ts'
import { sendCompletions, sendStreams } from './load.ts'
import { MODEL_LISTS, measureLists } from './model-lists.ts'
import { isNginxInstalled } from './nginx-subject.ts'
import { measureSelection } from './selection.ts'
import { compareWorkers } from './workers/compare-workers.ts'
import { measureSteer } from './steer/measure-steer.ts'
import { cpuUs, maxOpenFiles, residentKib } from './processes.ts'
import { FLEETS, startListing, startTrio, withFleets, withSubjects, type Subject } from './subjects.ts'

// Rounds that are not counted, while code is still being compiled: for about 50,000 requests or chunks.
const COMPLETION_WARM_UP_ROUNDS = 12
const CHUNK_WARM_UP_ROUNDS = 2
const COMPLETIONS = 4_000
// Processes of the same program differ by up to 5 % for their whole life, so each set starts new ones.
const COMPLETION_SETS = 4
const MODES = ['percentage', 'priority', 'balanced']
const COMPLETION_ROUNDS = 6
const CHUNK_ROUNDS = 8
const PARALLEL = 32
const STREAMS = 400
const TOKENS = 60
const TOKENS_PER_SECOND = 20
const WANTED_STREAMS = 2_000
// Each stream takes two descriptors of a proxy; the rest is for files and listeners.
const OPEN_STREAMS = Math.min(WANTED_STREAMS, Math.floor((maxOpenFiles() - 200) / 2))
// Slow enough for two cores: memory of queued chunks must not count as memory of a stream.
const OPEN_TOKENS_PER_SECOND = 5
const OPEN_TOKENS = 30
const HUNG_PAIRS = 5
const LATENCY = { perSecond: 500, seconds: 4, rounds: 3 }
// The balancer is compiled after 20,000 requests. Short turns, so that a second in which the machine is slow is everyone's.
const ALONE = { requests: 250, rounds: 160, warmUp: 80 }

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
  /** The lowest of all rounds: other load on the machine can only add to a round. */
  readonly least: number
  /** Median over the rounds of the ratio to the floor in the same round. */
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
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
  units: number,
  work: (port: number) => Promise<void>,
): Promise<void> {
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const subject of subjects) {
      const us = await cpuOf(subject, work, units)
      if (round >= 0) results.set(subject.name, [...(results.get(subject.name) ?? []), us])
    }
  }
}

/** @param set - every second one runs the subjects in the other order: what ran before costs a program a few percent. */
const runCompletions = (
  results: Rounds,
  subjects: readonly Subject[],
  set: number,
  models?: string[],
): Promise<void> =>
  runRounds(
    results,
    set % 2 === 0 ? subjects : subjects.toReversed(),
    { warmUp: COMPLETION_WARM_UP_ROUNDS, rounds: COMPLETION_ROUNDS },
    COMPLETIONS,
    (port) => sendCompletions(port, COMPLETIONS, PARALLEL, models),
  )

function print(title: string, unit: string, figures: ReadonlyMap<string, Figure>): void {
  process.stdout.write(`\n${title}\n`)
  for (const [name, { least, ratio }] of figures) {
    const text = `${name.padEnd(10)} ${least.toFixed(1).padStart(8)} ${unit}   ${ratio.toFixed(2)} x floor`
    process.stdout.write(`  ${text}\n`)
  }
}

/** The median over the rounds of the cost of one subject to that of another. */
const ratioOf = (results: Rounds, name: string, other: string): number =>
  median((results.get(name) ?? []).map((value, round) => value / (results.get(other)?.[round] ?? NaN)))

/** What a large fleet costs beside a small one, each beside a floor with as many connection pools. */
async function compareFleets(pair: keyof typeof FLEETS, what: string, mode: string): Promise<void> {
  const { few, many } = FLEETS[pair]
  const results: Rounds = new Map()
  for (let set = 0; set < COMPLETION_SETS; set += 1)
    await withFleets({ folder, set, few, many, mode }, (subjects, models) =>
      runCompletions(results, subjects, set, models),
    )
  print(
    `CPU per completion, ${many.endpoints} endpoints beside ${few.endpoints}, ${what}`,
    'us',
    figuresOf(results),
  )
  const [narrow, wide] = [ratioOf(results, 'few', 'floor'), ratioOf(results, 'many', 'wide floor')]
  process.stdout.write(
    `  few : floor ${narrow.toFixed(2)}, many : wide floor ${wide.toFixed(2)}: ${(wide / narrow).toFixed(2)} times as much\n`,
  )
}

/** This build's cost to the other's, where another one runs beside it. */
function printPair(results: Rounds): void {
  if (results.has('other'))
    process.stdout.write(`  balancer : other ${ratioOf(results, 'balancer', 'other').toFixed(3)}\n`)
}

/** @param digits - after the decimal point. */
function printLatency(title: string, results: ReadonlyMap<string, Quantiles>, digits: number): void {
  const nothing = { p50: NaN, p99: NaN }
  const base = results.get('direct') ?? nothing
  const floor = results.get('floor') ?? nothing
  const text = (ms: number): string => ms.toFixed(digits)
  const times = (added: number, floorAdded: number): string => (added / floorAdded).toFixed(2)
  process.stdout.write(`\n${title}, and what of it is added to the direct way\n`)
  for (const [name, { p50, p99 }] of results) {
    const ratios = `${times(p50 - base.p50, floor.p50 - base.p50)} / ${times(p99 - base.p99, floor.p99 - base.p99)} x floor`
    const added =
      name === 'direct' ? '' : `   +${text(p50 - base.p50)} / +${text(p99 - base.p99)} ms   ${ratios}`
    process.stdout.write(`  ${name.padEnd(10)} p50 ${text(p50)}  p99 ${text(p99)} ms${added}\n`)
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
const {
  positionals: [only],
  values: { against, trace, ...board },
} = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string' }, trace: { type: 'string' }, ...boardArguments },
})
const otherDist = against === undefined ? undefined : resolve(against)
if (only === undefined || only === 'latency') {
  await withSubjects(folder, 0, async (subjects, upstreamPort) => {
    const through = subjects.map(({ name, process }) => ({ name, port: process.port }))
    const targets = [{ name: 'direct', port: upstreamPort }, ...through]
    const title = `Latency at ${LATENCY.perSecond} requests a second`
    printLatency(title, await measureLatency(targets, LATENCY), 2)
    printLatency('Latency at one connection', await measureAlone(targets, ALONE), 3)
  })
}
if (only === undefined || only === 'completion') {
  const results: Rounds = new Map()
  for (let set = 0; set < COMPLETION_SETS; set += 1)
    await withSubjects(folder, 0, (subjects) => runCompletions(results, subjects, set), otherDist)
  print(`CPU per completion (${PARALLEL} at a time)`, 'us', figuresOf(results))
  printPair(results)
}
if (only === undefined || only === 'chunk') {
  const results: Rounds = new Map()
  await withSubjects(
    folder,
    TOKENS_PER_SECOND,
    (subjects) =>
      runRounds(
        results,
        subjects,
        { warmUp: CHUNK_WARM_UP_ROUNDS, rounds: CHUNK_ROUNDS },
        STREAMS * TOKENS,
        (port) => sendStreams(port, STREAMS, TOKENS),
      ),
    otherDist,
  )
  const title = `CPU per streamed chunk (${STREAMS} streams at ${TOKENS_PER_SECOND} tokens a second)`
  print(title, 'us', figuresOf(results))
  printPair(results)
}
if (only === undefined || only === 'memory') {
  await withSubjects(folder, OPEN_TOKENS_PER_SECOND, async (subjects) => {
    print(`Memory per open stream (${OPEN_STREAMS} streams)`, 'KiB', await compareMemory(subjects))
  })
}
if (only === undefined || only === 'scale')
  for (const mode of MODES) await compareFleets('scale', `any model, ${mode} mode`, mode)
if (only === undefined || only === 'fleet') {
  for (const [name, values] of measureSelection(FLEETS.fleet))
    process.stdout.write(
      `${name.padEnd(10)} ${Math.min(...values).toFixed(2)} us a selection, median ${median(values).toFixed(2)}\n`,
    )
  await compareFleets('fleet', `${FLEETS.fleet.many.models} models`, 'percentage')
}
if (only === undefined || only === 'models') {
  const { balancer, tokens, requests, stop } = await startListing(folder)
  const before = requests()
  const { models, endpoints, aliases } = MODEL_LISTS
  process.stdout.write(`\nGET /v1/models, ${models} models over ${endpoints} endpoints, ${aliases} aliases\n`)
  for (const [name, token] of Object.entries(tokens)) {
    const cost = await measureLists(balancer, token)
    const times = `p50 ${cost.p50.toFixed(2)}  p99 ${cost.p99.toFixed(2)} ms   CPU ${cost.cpuUs.toFixed(0)} us`
    process.stdout.write(`  ${name.padEnd(10)} ${times}   ${cost.models} models\n`)
  }
  process.stdout.write(`  requests to the backends meanwhile: ${requests() - before}\n`)
  await stop()
}
if (only === undefined || only === 'hung') {
  const trio = await startTrio(folder)
  const pairs = await measureBesideHung(trio, HUNG_PAIRS)
  await trio.stop()
  // The floor and nginx, with the one backend they have, choose nothing.
  process.stdout.write("\nThe others' p99 with all three endpoints well, and beside a hung one\n")
  for (const { withoutMs, besideMs } of pairs)
    process.stdout.write(`  balancer   ${withoutMs.toFixed(1)} ms and ${besideMs.toFixed(1)} ms\n`)
  const added = median(pairs.map(({ withoutMs, besideMs }) => besideMs - withoutMs))
  process.stdout.write(`  median of the differences ${added.toFixed(1)} ms\n`)
}
if (only === undefined || only === 'workers') await compareWorkers(folder, otherDist)
if (only === undefined || only === 'steer') await measureSteer(folder, trace)
// What it tells depends on the cores that each kind of process can be given.
if (only === 'board') {
  const options = boardOptions(board)
  process.stdout.write(printBoard(options, await measureBoard(folder, options)))
}
rmSync(folder, { recursive: true })
