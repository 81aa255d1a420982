// Runs scripts of package.json, named by the arguments, two at a time. Prints the output of each when it has ended; fails if one fails.
import { inLanes } from './in-lanes.ts'
import { runQuietly } from './run-quietly.ts'

const LANES = 2

/** @returns whether it succeeded. */
async function runScript(name: string): Promise<boolean> {
  const { succeeded, output } = await runQuietly('node', ['--run', name])
  process.stdout.write(output)
  if (!succeeded) process.stderr.write(`npm run ${name} failed\n`)
  return succeeded
}

// The longest should be named first.
const results = await inLanes(process.argv.slice(2), LANES, runScript)
if (results.includes(false)) process.exitCode = 1
