// Measures the load engine beside clients that are not it, against the same backend: wrk where it is installed, and a plain
// client. Rates are measured one after another, percentiles in turns.
// Usage: node test/bench/load-engine/load-engine.ts [--seconds 10]; needs a built server.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { makeProfile } from '../../../src/load-engine/model/profile.ts'
import type { CardSummary } from '../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../../src/load-engine/model/scenario.ts'
import { builtEntry, findOnPath } from '../../support/daemon-process.ts'
import { startDaemon, wire } from '../subjects.ts'
import type { PlainFigures } from './plain-client.ts'
import { dueTimes, knownPercentiles, TURN_MS } from './turns.ts'

const run = promisify(execFile)
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const seconds = Number(values.seconds)
const folder = mkdtempSync(join(tmpdir(), 'load-engine-'))
const PARALLEL = 200
const CHUNKS = 100
const TOKEN = 'bench-client-token'

const scriptPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

async function startBackend() {
  const child = spawn(process.execPath, [scriptPath('backend.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const [port] = (await once(lines, 'line')) as [string]
  return {
    origin: `http://127.0.0.1:${port}`,
    /** Resolves with the time since the epoch when a client that takes turns has sent its first request. */
    firstRequestMs: () =>
      new Promise<number>((resolve) => lines.once('line', (line) => resolve(Number(line.split(' ')[1])))),
    stop: () => child.stdin.end(),
  }
}
type Backend = Awaited<ReturnType<typeof startBackend>>

/** @param more - arguments of the command. */
async function runEngine(
  url: string,
  fields: Partial<Scenario>,
  more = ['--seconds', String(seconds)],
): Promise<CardSummary> {
  const scenario: Scenario = {
    ...defaultScenario,
    ...{
      url,
      model: 'bench',
      userPrompt: 'Say something.',
      key: TOKEN,
      requests: 0,
      maxParallel: PARALLEL,
      stream: false,
    },
    ...fields,
  }
  const [plan, out] = [join(folder, 'plan.json'), join(folder, 'run.json')]
  writeFileSync(plan, JSON.stringify(makeProfile('bench', [scenario])))
  // Exits with 3 where the tester is the limit, which is a figure here.
  await run(process.execPath, [...[builtEntry('load-producer'), 'run', plan, '--out', out, ...more]]).catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== 3) throw error
    },
  )
  const [card] = (JSON.parse(readFileSync(out, 'utf8')) as SavedRun).cards
  if (card === undefined) throw new Error('no card')
  return card
}

/** @param turns - in which it sends, from a time on that it is told; 0 to send all the time. */
function startPlain(url: string, stream: boolean, turns = 0) {
  const args = [url, String(PARALLEL), String(seconds), String(stream), String(turns)]
  const running = run(process.execPath, [scriptPath('plain-client.ts'), ...args])
  return {
    startAt: (epochMs: number): void => void running.child.stdin?.end(String(epochMs)),
    figures: running.then(({ stdout }) => JSON.parse(stdout) as PlainFigures),
  }
}

/** @returns requests a second; null without wrk. */
async function runWrk(url: string): Promise<number | null> {
  const [wrk] = findOnPath('wrk')
  if (wrk === undefined) return null
  const script = join(folder, 'post.lua')
  const body = JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: 'Say something.' }] })
  writeFileSync(
    script,
    [
      'wrk.method = "POST"',
      'wrk.headers["content-type"] = "application/json"',
      `wrk.headers["authorization"] = "Bearer ${TOKEN}"`,
      `wrk.body = [[${body}]]`,
    ].join('\n'),
  )
  const { stdout } = await run(wrk, ['-t1', `-c${PARALLEL}`, `-d${seconds}s`, '-s', script, url])
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
}

const row = (name: string, ...cells: readonly string[]): void =>
  void process.stdout.write(`${name.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}\n`)
const perS = (value: number | null): string => (value === null ? 'not there' : `${Math.round(value)} /s`)
const percentOff = (own: number | undefined, other: number): string =>
  own === undefined ? '–' : `${((own / other - 1) * 100).toFixed(2)} %`

async function measureUnstreamed(name: string, url: string): Promise<void> {
  const call = `${url}/chat/completions`
  const wrk = await runWrk(call)
  const engine = await runEngine(url, {})
  const plain = await startPlain(call, false).figures
  row(name, 'engine', 'wrk', 'plain client')
  row('  rate', ...[engine.requestsPerS, wrk, plain.requestsPerS].map(perS))
  if (wrk !== null) row('  engine by wrk, at least 0.8', (engine.requestsPerS / wrk).toFixed(2))
  row('  the tester was the limit', `${engine.tester?.isLimit} ${engine.tester?.busyPercent.toFixed(0)} %`)
}

/** Before the balancer, which is what is tested with it. */
async function measureBalancer(origin: string): Promise<void> {
  const balancer = await startDaemon(folder, 'balancer.db')
  await wire(balancer.port, Number(new URL(origin).port))
  await measureUnstreamed('the same through the balancer', `http://127.0.0.1:${balancer.port}/v1`)
  await balancer.stop()
}

async function measureChunks(origin: string): Promise<void> {
  const url = `${origin}/chunks/${CHUNKS}/v1`
  const engine = await runEngine(url, { stream: true })
  const plain = await startPlain(`${url}/chat/completions`, true).figures
  const chunksPerS = engine.requestsPerS * (CHUNKS + 1)
  row('streams of 100 chunks, 200 at once', 'engine', 'plain client')
  row('  chunks, at least 20000 /s', perS(chunksPerS), perS(plain.chunksPerS))
  row('  the tester was the limit', `${engine.tester?.isLimit} ${engine.tester?.busyPercent.toFixed(0)} %`)
}

/** The engine replays its turns as a trace; the plain client begins one turn after it. */
async function measurePercentiles({ origin, firstRequestMs }: Backend): Promise<void> {
  const turns = Math.ceil(seconds)
  const trace = join(folder, 'turns.jsonl')
  const rowOf = (timestamp: number): string =>
    JSON.stringify({ timestamp, input_length: 5, output_length: 1 })
  writeFileSync(trace, dueTimes(turns).map(rowOf).join('\n'))
  const arrival = { kind: 'replay', traceId: 'turns', traceName: 'turns.jsonl', speed: 1 } as const
  const client = startPlain(`${origin}/turns/plain/v1/chat/completions`, false, turns)
  const begun = firstRequestMs()
  const measured = runEngine(`${origin}/turns/engine/v1`, { arrival }, ['--file', trace])
  client.startAt((await begun) + TURN_MS)
  const [engine, plain] = await Promise.all([measured, client.figures])
  row(`in ${turns} turns of each`, 'engine', 'plain client', 'within 1 %', 'the delays')
  row('  requests', String(engine.counts.ok), String(plain.requests))
  for (const [name, field] of [
    ['p50', 'p50Ms'],
    ['p95', 'p95Ms'],
    ['p99', 'p99Ms'],
  ] as const) {
    const own = engine.latency.e2e?.[field]
    row(
      `  end to end ${name}`,
      `${own?.toFixed(2)} ms`,
      `${plain.e2eMs[name].toFixed(2)} ms`,
      percentOff(own, plain.e2eMs[name]),
      `${knownPercentiles[name]} ms`,
    )
  }
}

const backend = await startBackend()
try {
  await measureUnstreamed('unstreamed, 200 in parallel', `${backend.origin}/delay/0/v1`)
  await measureBalancer(backend.origin)
  await measureChunks(backend.origin)
  await measurePercentiles(backend)
} finally {
  backend.stop()
  rmSync(folder, { recursive: true, force: true })
}
