// Runs scripts of package.json, named by the arguments, two at a time. Prints the output of each when it has ended; fails if one fails.
import { spawn } from 'node:child_process'

const LANES = 2

/** @returns whether it succeeded. */
function runScript(name: string): Promise<boolean> {
  const started = spawn('node', ['--run', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  started.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  started.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => {
    started.on('error', (error) => {
      process.stderr.write(`${name}: ${error.message}\n`)
      resolve(false)
    })
    started.on('close', (code) => {
      if (output !== '') process.stdout.write(output)
      if (code !== 0) process.stderr.write(`npm run ${name} failed\n`)
      resolve(code === 0)
    })
  })
}

// The longest should be named first.
const queue = process.argv.slice(2)
const results: boolean[] = []
async function runLane(): Promise<void> {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) results.push(await runScript(name))
}
await Promise.all(Array.from({ length: LANES }, runLane))
if (results.includes(false)) process.exitCode = 1
