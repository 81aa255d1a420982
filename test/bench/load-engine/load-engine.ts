// Measures the load engine beside clients that are not it, one after another against the same backend: wrk where it is
// installed, and a plain client. Usage: node test/bench/load-engine/load-engine.ts [--seconds 10]; needs a built server.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { makeProfile } from '../../../src/load-engine/model/profile.ts'
import type { CardSummary } from '../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../../src/load-engine/model/scenario.ts'
import { builtEntry, findOnPath } from '../../support/daemon-process.ts'
import { startDaemon, wire } from '../subjects.ts'
import type { PlainFigures } from './plain-client.ts'

const run = promisify(execFile)
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const seconds = Number(values.seconds)
const folder = mkdtempSync(join(tmpdir(), 'load-engine-'))
const PARALLEL = 200
const CHUNKS = 100
const RATE_PER_S = 200
const DELAY_MS = 50
const TOKEN = 'bench-client-token'

const scriptPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

async function startBackend() {
  const child = spawn(process.execPath, [scriptPath('backend.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return { origin: `http://127.0.0.1:${text.toString().trim()}`, stop: () => child.stdin.end() }
}

async function runEngine(url: string, fields: Partial<Scenario>): Promise<CardSummary> {
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
  await run(process.execPath, [
    ...[builtEntry('load-producer'), 'run', plan, '--out', out, '--seconds', String(seconds)],
  ]).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 3) throw error
  })
  const [card] = (JSON.parse(readFileSync(out, 'utf8')) as SavedRun).cards
  if (card === undefined) throw new Error('no card')
  return card
}

async function runPlain(url: string, ratePerS: number, stream: boolean): Promise<PlainFigures> {
  const args = [url, String(PARALLEL), String(seconds), String(ratePerS), String(stream)]
  const { stdout } = await run(process.execPath, [scriptPath('plain-client.ts'), ...args])
  return JSON.parse(stdout) as PlainFigures
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
  const plain = await runPlain(call, 0, false)
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
  const plain = await runPlain(`${url}/chat/completions`, 0, true)
  const chunksPerS = engine.requestsPerS * (CHUNKS + 1)
  row('streams of 100 chunks, 200 at once', 'engine', 'plain client')
  row('  chunks, at least 20000 /s', perS(chunksPerS), perS(plain.chunksPerS))
  row('  the tester was the limit', `${engine.tester?.isLimit} ${engine.tester?.busyPercent.toFixed(0)} %`)
}

async function measurePercentiles(origin: string): Promise<void> {
  const url = `${origin}/delay/${DELAY_MS}/v1`
  const engine = await runEngine(url, { arrival: { kind: 'constant', ratePerS: RATE_PER_S } })
  const plain = await runPlain(`${url}/chat/completions`, RATE_PER_S, false)
  row(`${RATE_PER_S} /s against ${DELAY_MS} ms`, 'engine', 'plain client', 'within 1 %')
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
    )
  }
}

const backend = await startBackend()
try {
  await measureUnstreamed('unstreamed, 200 in parallel', `${backend.origin}/delay/0/v1`)
  await measureBalancer(backend.origin)
  await measureChunks(backend.origin)
  await measurePercentiles(backend.origin)
} finally {
  backend.stop()
  rmSync(folder, { recursive: true, force: true })
}
