// npm run chaos:seeds [-- --first 16 --last 115]: runs the chaos with many seeds, by default fifteen, 45 seconds each, the last two
// thirds of them with two workers. Prints what each has found; the last line is `N passed, N failed`.
import { parseArgs } from 'node:util'
import { inLanes } from '../support/in-lanes.ts'
import { runQuietly } from '../support/run-quietly.ts'

const options = { first: { type: 'string', default: '1' }, last: { type: 'string', default: '15' } } as const
const { values } = parseArgs({ options })
const [first, last] = [Number(values.first), Number(values.last)]
const SEEDS = Array.from({ length: last - first + 1 }, (_, index) => first + index)
const SECONDS = 45
const workersOf = (seed: number): number => (3 * (seed - first) >= last - first + 1 ? 2 : 1)
// Each mostly waits, and takes about a fifth of a processor.
const LANES = 5

async function passes(seed: number): Promise<boolean> {
  const entry = new URL('chaos.ts', import.meta.url).pathname
  const draw = ['--seed', String(seed), '--seconds', String(SECONDS)]
  const args = ['--expose-gc', entry, ...draw, '--workers', String(workersOf(seed))]
  const { succeeded, output } = await runQuietly(process.execPath, args)
  const lines = output.trimEnd().split('\n')
  // Its last lines say how many requests there were, and that all is well.
  process.stdout.write(
    succeeded
      ? `Chaos with seed ${seed}: ${lines.slice(-2).join('. ')}\n`
      : `${output}Chaos with seed ${seed} failed\n`,
  )
  return succeeded
}

const results = await inLanes(SEEDS, LANES, passes)
const passed = results.filter(Boolean).length
process.stdout.write(`\n${passed} passed, ${results.length - passed} failed\n`)
if (passed < results.length) process.exitCode = 1
