// npm run chaos -- --seed 7 --seconds 60 --workers 2: runs the chaos and exits with 1 where something is wrong. Prints the seed.
import { parseArgs } from 'node:util'
import { watchHeap } from './watch-heap.ts'
import { runChaos } from './run-chaos.ts'

const options = {
  seed: { type: 'string' },
  seconds: { type: 'string' },
  workers: { type: 'string', default: '1' },
} as const
const { values } = parseArgs({ options })
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const seconds = Number(values.seconds ?? 60)
const workers = Number(values.workers)
if (!Number.isSafeInteger(seed) || !(seconds > 0) || !(workers > 0))
  throw new Error('chaos takes --seed N --seconds S --workers N')
const print = (line: string): void => void process.stdout.write(`${line}\n`)

print(`Chaos with seed ${seed} for ${seconds} seconds${workers > 1 ? ` and ${workers} workers` : ''}`)
const endMs = performance.now() + seconds * 1000
const heap = watchHeap()
const { findings, outcomes, sent, longestTurnMs } = await runChaos({
  seed,
  workers,
  goesOn: () => performance.now() < endMs,
})
for (const [outcome, count] of [...outcomes].sort(([a], [b]) => a.localeCompare(b)))
  print(`  ${outcome.padEnd(36)} ${String(count).padStart(8)}`)
print(
  `${sent} requests; longest turn of the shared event loop ${longestTurnMs.toFixed(0)} ms of processor time`,
)
const all = [...findings, ...heap.stop()]
print(all.length === 0 ? 'All invariants hold.' : `Wrong, with seed ${seed}:\n  ${all.join('\n  ')}`)
process.exitCode = all.length === 0 ? 0 : 1
