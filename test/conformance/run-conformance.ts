// Runs all cases against a gateway, one after another, and reports one line each.
import { abortCases } from './cases/aborts.ts'
import { deathCases } from './cases/deaths.ts'
import { crashCases, drainCases } from './cases/ends.ts'
import { oddResponseCases } from './cases/odd-responses.ts'
import { streamingCases } from './cases/streaming.ts'
import { usageCases } from './cases/usage.ts'
import { createBench, type ConformanceCase, type GatewayProcess, type Patience } from './conformance-case.ts'
import type { Gateway } from './gateway.ts'

/** The last one ends the gateway. */
const allCases: readonly ConformanceCase[] = [
  ...abortCases,
  ...deathCases,
  ...oddResponseCases,
  ...usageCases,
  ...streamingCases,
  ...crashCases,
  ...drainCases,
]

export const caseNames = (): readonly string[] => allCases.map(({ name }) => name)

export interface ConformanceOptions {
  readonly gateway: Gateway
  /** The gateway's process, where it may be ended. */
  readonly process?: GatewayProcess | undefined
  readonly patience: Patience
  /** Selects cases; default all. */
  readonly isSelected?: ((name: string) => boolean) | undefined
  report(line: string): void
}

export interface ConformanceResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const whySkipped: Readonly<Record<NonNullable<ConformanceCase['needs']>, string>> = {
  figures: 'needs an admin API that counts',
  upstreams: 'needs two upstreams',
  process: "needs the gateway's process",
}

function isPossible({ needs }: ConformanceCase, { gateway, process }: ConformanceOptions): boolean {
  if (needs === undefined) return true
  return needs === 'process' ? process !== undefined : gateway.figures !== undefined
}

/** @returns the reason for a failure or undefined, and a remark. */
async function runCase(one: ConformanceCase, { gateway, process, patience }: ConformanceOptions) {
  const { bench, cleanUp } = createBench(gateway, process, patience)
  try {
    return { remark: (await one.run(bench)) ?? undefined }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  } finally {
    await cleanUp()
  }
}

export async function runConformance(options: ConformanceOptions): Promise<ConformanceResult> {
  const result = { passed: 0, failed: 0, skipped: 0 }
  const { report, isSelected = () => true } = options
  for (const one of allCases.filter(({ name }) => isSelected(name))) {
    if (!isPossible(one, options)) {
      result.skipped += 1
      report(`skipped ${one.name}: ${one.needs ? whySkipped[one.needs] : ''}`)
      continue
    }
    const { failure, remark } = await runCase(one, options)
    result[failure === undefined ? 'passed' : 'failed'] += 1
    if (failure !== undefined) report(`FAILED ${one.name}: ${failure.replaceAll('\n', ' ')}`)
    else report(remark === undefined ? `ok ${one.name}` : `ok ${one.name} (${remark})`)
  }
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : ''
  report(`${result.passed} passed, ${result.failed} failed${skipped}`)
  return result
}
