// Prints what placement achieves on a trace, beside other balancers' rules and an oracle.
import { readFileSync } from 'node:fs'
import { measureOverHttp } from './over-http.ts'
import { measurePlacementCost } from './placement-cost.ts'
import { pooledFleet } from './pooled-fleet.ts'
import { replay, type ReplayOptions, type ReplayResult } from './replay.ts'
import { routed, rules, type CreateRule } from './rules.ts'
import { parseTrace, readExcerpt, type TraceRequest } from './trace.ts'

const TOKENS_PER_SECOND = 12_000
const SKEWED = [40, 20, 10, 10, 5, 5, 5, 5]

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`.padStart(7)
const seconds = (value: number): string => `${value.toFixed(2)} s`.padStart(8)

type Times = Pick<ReplayResult, 'hitRate' | 'firstTokenS'>

const described = (name: string, { hitRate, firstTokenS }: Times): string =>
  `  ${name.padEnd(24)} hits ${percent(hitRate)}  first token p50, p90, p99` +
  [0.5, 0.9, 0.99].map((part) => seconds(firstTokenS(part))).join('')

function print(name: string, result: ReplayResult): void {
  const shares = `${result.shareError.toFixed(1)}, ${result.worstTenth.toFixed(1)} in the worst tenth`
  process.stdout.write(`${described(name, result)}  shares off by ${shares}\n`)
}

function compareRules(
  trace: readonly TraceRequest[],
  backends: number,
  speed: number,
  cacheBlocks: number,
): void {
  const options: ReplayOptions = {
    trace,
    speeds: Array.from({ length: backends }, () => TOKENS_PER_SECOND),
    cacheBlocks,
    rate: (speed * backends) / 8,
  }
  process.stdout.write(
    `\n${backends} backends, ${speed} x the trace's speed, caches of ${cacheBlocks} blocks\n`,
  )
  const all: Readonly<Record<string, CreateRule>> = {
    ...rules,
    balanced: routed({ routingMode: 'balanced', placement: 'prefix', cacheBlocks }),
    'percentage, equal quotas': routed({ routingMode: 'percentage', placement: 'prefix', cacheBlocks }),
  }
  for (const [name, rule] of Object.entries(all)) print(name, replay(rule, options))
  process.stdout.write(`${described('one queue and one cache', pooledFleet(options))}\n`)
}

function compareQuotas(trace: readonly TraceRequest[]): void {
  const cacheBlocks = 8_000
  const speeds = SKEWED.map((quota) => (quota / 100) * SKEWED.length * TOKENS_PER_SECOND)
  process.stdout.write(`\nQuotas ${SKEWED.join('/')}, speeds in proportion\n`)
  for (const [routingMode, placement] of [
    ['percentage', 'quota_order'],
    ['percentage', 'prefix'],
    ['balanced', 'prefix'],
  ] as const) {
    const rule = routed({ routingMode, placement, quotas: SKEWED, cacheBlocks })
    print(
      `${routingMode}, ${placement}`,
      replay(rule, { trace, speeds, cacheBlocks, rate: 1, quotas: SKEWED }),
    )
  }
}

/** @param path - of a trace of the same form; undefined for the excerpt. */
export async function measureSteer(folder: string, path: string | undefined): Promise<void> {
  const trace = path === undefined ? readExcerpt() : parseTrace(readFileSync(path, 'utf8'))
  process.stdout.write(`\nPlacement: ${trace.length} requests, in virtual time\n`)
  for (const speed of [1, 2])
    for (const cacheBlocks of [2_000, 8_000])
      for (const backends of [2, 4, 8, 16, 32]) compareRules(trace, backends, speed, cacheBlocks)
  compareQuotas(trace)
  const { load, prefix, hashes } = measurePlacementCost()
  process.stdout.write('\nSelection and settlement with a prompt of 50 kB, eight endpoints\n')
  process.stdout.write(
    `  load ${load.toFixed(1)} us, prefix ${prefix.toFixed(1)} us, of which hashes of the prompt ${hashes.toFixed(1)} us\n`,
  )
  process.stdout.write(
    '\nThe beginning of it over HTTP, four backends, in real time at four times the speed\n',
  )
  for (const { name, hitRate, p50S, p90S } of await measureOverHttp(folder, trace))
    process.stdout.write(
      `  ${name.padEnd(24)} hits ${percent(hitRate)}  first token p50, p90 ${seconds(p50S)}${seconds(p90S)}\n`,
    )
}
