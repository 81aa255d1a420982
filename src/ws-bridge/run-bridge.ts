// Runs the bridge's command: serves, or prints help, version or health and exits.
import { parseArgs } from 'node:util'
import { bridgeTable } from '../config/bridge-table.ts'
import { configError, isConfigError } from '../config/config-error.ts'
import { describeVariables } from '../config/describe-variables.ts'
import { readTable } from '../config/read-config.ts'
import { checkHealth } from '../observability/check-health.ts'
import { readVersion } from '../config/version.ts'

const usage = `Usage: ws-proxy
       ws-proxy health

The WebSocket bridge of the Load Producer: makes HTTP calls for its pages, which may not open as many connections.

Commands:
  health         Ask the running bridge whether it is well; exits 0 or 1.

Options:
  -h, --help     Show this text.
  -v, --version  Show the version.
`

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

type Command = 'serve' | 'help' | 'version' | 'health'

function parseCommand(args: readonly string[]): Command {
  let parsed
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // The sentences after the first explain how to pass an argument that looks like an option.
    const problem = error instanceof Error ? error.message.split('. ')[0] : 'Unreadable command line'
    throw configError(`${problem}; see ws-proxy --help`)
  }
  const { values, positionals } = parsed
  if (values.help) return 'help'
  if (values.version) return 'version'
  if (positionals.length === 0) return 'serve'
  if (positionals.length === 1 && positionals[0] === 'health') return 'health'
  throw configError(`Unknown command '${positionals.join(' ')}'; see ws-proxy --help`)
}

async function run(command: Command, environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  switch (command) {
    case 'help':
      process.stdout.write(`WebSocket bridge ${readVersion()}\n\n${usage}\n${describeVariables(bridgeTable)}`)
      return 0
    case 'version':
      process.stdout.write(`${readVersion()}\n`)
      return 0
    case 'health': {
      const problem = await checkHealth(readTable(bridgeTable, environment), '/healthz')
      if (problem === undefined) return 0
      process.stderr.write(`ws-proxy: ${problem}\n`)
      return 1
    }
    case 'serve': {
      const config = readTable(bridgeTable, environment)
      // Loaded on demand, since containers run the health command every few seconds.
      const { serveBridge } = await import('./serve-bridge.ts')
      await serveBridge(config, readVersion())
      return undefined
    }
  }
}

const isForOperator = (error: unknown): error is Error =>
  isConfigError(error) || (error instanceof Error && 'syscall' in error)

/**
 * @param args - without the executable and the script.
 * @returns the exit code, or undefined while the bridge serves. An operator's mistake is reported in one line on stderr.
 */
export async function runBridge(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  let command: Command | undefined
  try {
    command = parseCommand(args)
    return await run(command, environment)
  } catch (error) {
    if (!isForOperator(error)) throw error
    process.stderr.write(`ws-proxy: ${error.message}\n`)
    return command === undefined ? 2 : 1
  }
}
