// Runs the daemon's command: serves, or prints help, version or health and exits.
import cluster from 'node:cluster'
import { parseCommandLine, helpText, type Command } from '../config/command-line.ts'
import { isConfigError } from '../config/config-error.ts'
import { readConfig } from '../config/read-config.ts'
import { readVersion } from '../config/version.ts'
import { checkHealth } from '../observability/check-health.ts'
import { isStoreError } from '../store/store-error.ts'

/** @returns 0 if the daemon on this machine responds, else 1. */
async function checkLiveness(environment: NodeJS.ProcessEnv): Promise<number> {
  const problem = await checkHealth(readConfig(environment), '/livez')
  if (problem === undefined) return 0
  process.stderr.write(`load-balancer: ${problem}\n`)
  return 1
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
      return checkLiveness(environment)
    case 'config': {
      const { runConfigCommand } = await import('./config-command/run-config-command.ts')
      return runConfigCommand(command, environment)
    }
    case 'serve': {
      const config = readConfig(environment)
      if (cluster.isWorker) {
        const { serveWorker } = await import('./workers/serve-worker.ts')
        await serveWorker(config)
        return undefined
      }
      // Loaded on demand, since containers run the health command every few seconds.
      const { serve } = await import('./serve.ts')
      await serve({ ...config, workers: command.workers ?? config.workers }, command.demo)
      return undefined
    }
  }
}

const isForOperator = (error: unknown): error is Error =>
  isConfigError(error) || isStoreError(error) || (error instanceof Error && 'syscall' in error)

/**
 * @param args - without the executable and the script.
 * @returns the exit code, or undefined while the daemon serves. An operator's mistake is reported in one line on stderr.
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
