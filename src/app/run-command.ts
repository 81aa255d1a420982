// What the daemon's command does: serve, or answer a question and leave.
import { parseCommandLine, helpText, type Command } from '../config/command-line.ts'
import { isConfigError } from '../config/config-error.ts'
import { readConfig } from '../config/read-config.ts'
import { isStoreError } from '../store/store-error.ts'
import { serve } from './serve.ts'
import { readVersion } from './version.ts'

const HEALTH_TIMEOUT_MS = 3_000

/** @returns 0 where the daemon on this machine answers, else 1. */
async function askLiveness(environment: NodeJS.ProcessEnv): Promise<number> {
  const { host, port } = readConfig(environment)
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  try {
    const answer = await fetch(`http://${name}:${port}/livez`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    })
    return answer.ok ? 0 : 1
  } catch {
    return 1
  }
}

async function run(command: Command, environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText(readVersion()))
      return 0
    case 'version':
      process.stdout.write(`${readVersion()}\n`)
      return 0
    case 'health':
      return askLiveness(environment)
    case 'serve':
      await serve(readConfig(environment), command.demo)
      return undefined
  }
}

const isForOperator = (error: unknown): error is Error =>
  isConfigError(error) || isStoreError(error) || (error instanceof Error && 'syscall' in error)

/**
 * @param args - without the executable and the script.
 * @returns the exit code, or undefined while the daemon serves. A mistake of the operator is told in one line.
 */
export async function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  let command: Command
  try {
    command = parseCommandLine(args)
  } catch (error) {
    if (!isConfigError(error)) throw error
    process.stderr.write(`load-balancer: ${error.message}\n`)
    return 2
  }
  try {
    return await run(command, environment)
  } catch (error) {
    if (!isForOperator(error)) throw error
    process.stderr.write(`load-balancer: ${error.message}\n`)
    return 1
  }
}
