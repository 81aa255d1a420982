// Runs mixed traffic with faults for a number of minutes (default 10), then checks memory, leases and counters.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../../src/simulation/random.ts'
import { compareBooks, type Findings } from './soak-counters.ts'
import { watchMemory } from './soak-memory.ts'
import { startSoak, type Soak } from './soak-setup.ts'
import { createTraffic, type Traffic } from './soak-traffic.ts'
import { makeTrouble, type Stage } from './soak-faults.ts'

const PER_SECOND = 200
const STAGES: readonly Stage[] = ['apart', 'mixed']
const DRAIN_MS = 30_000
const POLL_MS = 100
// What is left after a collection, from the second third to the last.
const MAX_GROWTH_MIB = 32

const minutes = Number(process.argv[2] ?? 10)
if (!(minutes > 0)) throw new Error('soak takes a number of minutes')
const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function drain({ state, backends }: Soak): Promise<void> {
  for (
    const deadlineMs = performance.now() + DRAIN_MS;
    performance.now() < deadlineMs;
    await delay(POLL_MS)
  ) {
    const { stats } = await state()
    const served = await Promise.all(backends.map((backend) => backend.served()))
    const open = served.reduce((sum, { running, waiting }) => sum + running + waiting, 0)
    if (stats.total_inflight === 0 && stats.queued === 0 && open === 0) return
  }
}

async function run(soak: Soak, traffic: Traffic, stage: Stage, seed: number): Promise<Findings> {
  await soak.admin('POST', 'reset-stats')
  await Promise.all(soak.backends.map((backend) => backend.resetServed()))
  traffic.reset()
  const untilMs = performance.now() + (minutes * 60_000) / STAGES.length
  await Promise.all([traffic.run(untilMs), makeTrouble(soak, stage, untilMs, createRandom(seed))])
  await drain(soak)
  const findings = await compareBooks(soak, traffic, stage)

  const { endpoints, stats } = await soak.state()
  print(`\nStage ${stage}: requests by what became of them at the client`)
  for (const [outcome, count] of [...traffic.outcomes].sort(([, a], [, b]) => b - a)) {
    print(`  ${outcome.padEnd(28)} ${String(count).padStart(8)}`)
  }
  for (const endpoint of endpoints) {
    const { name, total_requests: all, total_success: success, total_failures: failures } = endpoint
    const { prompt_tokens_total: prompt, completion_tokens_total: completion } = endpoint
    const left = all - success - failures
    print(
      `  ${name}: ${all} leases = ${success} successes + ${failures} failures + ${left} left by the client`,
    )
    print(`    ${prompt} prompt and ${completion} completion tokens`)
  }
  for (const backend of soak.backends) {
    print(`  ${backend.name}'s faults: ${JSON.stringify((await backend.served()).faults)}`)
  }
  const verdict = await soak.evidence.judge(traffic.failed, soak.backends.length)
  findings.push(...verdict.findings)
  const reasons = [...verdict.reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')
  print(`  ${traffic.failed.size} failed, ${verdict.exhausted} of them at every endpoint`)
  print(`    the others were not sent to endpoints that were: ${reasons || '(none)'}`)
  print(`    while another was to be had: ${verdict.findings.length}`)
  print(`  in flight ${stats.total_inflight}, queued ${stats.queued}; wrong in the books: ${findings.length}`)
  return findings
}

const folder = mkdtempSync(join(tmpdir(), 'lb-soak-'))
const soak = await startSoak(folder)
const traffic = createTraffic({
  port: soak.daemon.port,
  tokens: soak.clientTokens,
  perSecond: PER_SECOND,
  random: createRandom(1),
})
const cpu = cpus()
print(
  `Node ${process.version}, ${cpu.length} x ${cpu[0]?.model.trim() ?? 'CPU'}, ${new Date().toISOString()}`,
)
print(`${minutes} minutes at ${PER_SECOND} requests a second`)
const memory = watchMemory(soak.daemon)
const findings: Findings = []
for (const [index, stage] of STAGES.entries()) findings.push(...(await run(soak, traffic, stage, index + 2)))

const { trends, samples } = memory.stop()
print(
  `\nMemory of the daemon (${samples} samples): slope of the second half, lowest of the second and of the last third`,
)
for (const [name, trend] of Object.entries(trends)) {
  const { lowestBeforeMib, lowestAfterMib, highestMib, mibPerHour } = trend
  const ends = `${lowestBeforeMib.toFixed(1)} -> ${lowestAfterMib.toFixed(1)} MiB, highest ${highestMib.toFixed(1)}`
  print(`  ${name.padEnd(14)} ${mibPerHour.toFixed(1).padStart(8)} MiB an hour   (${ends})`)
  const grownMib = lowestAfterMib - lowestBeforeMib
  if (grownMib > MAX_GROWTH_MIB) findings.push(`${name} grew by ${grownMib.toFixed(1)} MiB`)
}
await soak.stop()
rmSync(folder, { recursive: true })
print(findings.length === 0 ? '\nAll checks hold.' : `\nWrong:\n  ${findings.join('\n  ')}`)
process.exit(findings.length === 0 ? 0 : 1)
