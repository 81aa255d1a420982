/** The command `load-producer`: runs a plan, writes its reports, and says by its exit code whether the run passed. */
import type { CardSummary } from '../model/run-summary.ts'
import type { SavedRun } from '../model/saved-run.ts'
import { systemTimer } from '../platform/engine-timer.ts'
import { formatCount, formatMs, formatPercent, formatRate } from '../report/format-figure.ts'
import { LIMITED, testerText } from '../report/tester-text.ts'
import { createProgress } from './progress.ts'
import { readArguments, usage, type RunArguments } from './read-arguments.ts'
import { readPlan, type Plan } from './read-plan.ts'
import { writeReports } from './report-files.ts'
import { runPlan } from './run-plan.ts'

const PASSED = 0
const FAILED = 1
const UNUSABLE = 2
const LIMITED_BY_TESTER = 3
const INTERRUPTED = 130

export interface CommandParts {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  /** Share of the time since the last call in which this process was busy, 0 to 1. */
  readonly busyShare: () => number
  /** Aborted by an interrupt. */
  readonly interrupted: AbortSignal
}

const isEndless = ({ scenarios }: Plan): boolean =>
  scenarios.some(
    ({ requests, arrival }) => requests === 0 && !['sweep', 'knee', 'replay'].includes(arrival.kind),
  )

function cardText({ scenario, counts, requestsPerS, tokensPerS, latency, goodput }: CardSummary): string {
  const { ttft, e2e } = latency
  return [
    `${scenario.name}: ${formatCount(counts.ok)} ok, ${formatCount(counts.failed)} failed, ${formatCount(counts.dropped)} dropped`,
    `${formatRate(requestsPerS)}, ${formatRate(tokensPerS)} tokens`,
    `first token p50 ${formatMs(ttft?.p50Ms)}, p95 ${formatMs(ttft?.p95Ms)}, p99 ${formatMs(ttft?.p99Ms)}`,
    `end to end p50 ${formatMs(e2e?.p50Ms)}, p95 ${formatMs(e2e?.p95Ms)}, p99 ${formatMs(e2e?.p99Ms)}`,
    `goodput ${formatPercent(goodput.percent)}`,
  ].join('\n  ')
}

async function measure(args: RunArguments, parts: CommandParts): Promise<SavedRun> {
  const plan = await readPlan(args.plan, args.files, parts.environment['LOAD_PRODUCER_TOKEN'] ?? '')
  if (args.seconds === null && isEndless(plan))
    throw new Error('a card of the plan has no end: give its duration with --seconds')
  const signals = [
    parts.interrupted,
    ...(args.seconds === null ? [] : [AbortSignal.timeout(args.seconds * 1000)]),
  ]
  const progress = createProgress(parts.stderr, systemTimer.nowMs)
  try {
    return await runPlan(plan, {
      busyShare: parts.busyShare,
      onSnapshot: progress.show,
      signal: AbortSignal.any(signals),
    })
  } finally {
    progress.end()
  }
}

/** @returns the exit code for the figures. */
function judge(run: SavedRun, { failIf }: RunArguments, { stdout }: CommandParts): number {
  for (const card of run.cards) stdout.write(`${cardText(card)}\n`)
  const failures = run.cards.flatMap((card) =>
    failIf.map((condition) => condition.failureOf(card)).filter((failure) => failure !== undefined),
  )
  for (const failure of failures) stdout.write(`FAILED ${failure}\n`)
  const limited = run.cards.filter(({ tester }) => tester?.isLimit)
  for (const { scenario, tester } of limited)
    stdout.write(`NO VERDICT ${scenario.name}: ${LIMITED}: ${testerText(tester)}\n`)
  if (limited.length > 0) return LIMITED_BY_TESTER
  return failures.length > 0 ? FAILED : PASSED
}

/** @returns the exit code. */
export async function runLoadProducer(args: readonly string[], parts: CommandParts): Promise<number> {
  try {
    const parsed = readArguments(args)
    if (parsed.command === 'help') parts.stdout.write(`Load Producer ${parts.version}\n\n${usage}`)
    if (parsed.command === 'version') parts.stdout.write(`${parts.version}\n`)
    if (parsed.command !== 'run') return PASSED
    const run = await measure(parsed, parts)
    await writeReports(run, parsed.out)
    const code = judge(run, parsed, parts)
    return parts.interrupted.aborted ? INTERRUPTED : code
  } catch (error) {
    parts.stderr.write(`load-producer: ${error instanceof Error ? error.message : String(error)}\n`)
    return UNUSABLE
  }
}
