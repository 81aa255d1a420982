// Runs all tests, and beside them the checks of `npm run check`, which use what the tests leave of the processors. Fails if one fails.
import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/** @returns whether it succeeded. Its output is that of this process. */
function succeeds(command: string, args: readonly string[], priority: number): Promise<boolean> {
  const started = spawn(command, args, { stdio: 'inherit' })
  if (started.pid !== undefined) setPriority(started.pid, priority)
  return new Promise((resolve) => {
    started.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`)
      resolve(false)
    })
    started.on('close', (code) => resolve(code === 0))
  })
}

const { PRIORITY_LOW, PRIORITY_NORMAL } = constants.priority
const chosen = process.argv.slice(2)
const [areChecked, areTested] = await Promise.all([
  succeeds('npm', ['run', '--silent', 'check'], PRIORITY_LOW),
  succeeds('npm', ['run', '--silent', 'vitest', '--', ...chosen], PRIORITY_NORMAL),
])
// The closing line of the tests alone would be taken for success.
if (!areChecked) process.stdout.write('\nnpm run check failed\n0 passed, 1 failed\n')
if (!areChecked || !areTested) process.exitCode = 1
