// Runs a command whose output matters once it has ended.
import { spawn } from 'node:child_process'

export interface Ended {
  readonly succeeded: boolean
  /** What it wrote to both streams, or why it could not be started. */
  readonly output: string
}

export function runQuietly(command: string, args: readonly string[]): Promise<Ended> {
  const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  started.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  started.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => {
    started.on('error', (error) => resolve({ succeeded: false, output: `${output}${error.message}\n` }))
    started.on('close', (code) => resolve({ succeeded: code === 0, output }))
  })
}
