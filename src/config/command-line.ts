// Reads the command line of `load-balancer`, and tells how it is used.
import { parseArgs } from 'node:util'
import { configError } from './config-error.ts'
import { describeVariables } from './describe-variables.ts'
import { environmentTable } from './environment-table.ts'

export type Command =
  | { readonly kind: 'serve'; readonly demo: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** Asks /livez of the running daemon. */
  | { readonly kind: 'health' }

const options = {
  demo: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // What follows the first sentence explains how to pass an argument that looks like an option.
    const problem = error instanceof Error ? error.message.split('. ')[0] : 'Unreadable command line'
    throw configError(`${problem}; see load-balancer --help`)
  }
}

/**
 * @param args - without the executable and the script.
 * @throws an error that `isConfigError` knows, for which the process should exit with 2.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [subcommand, extra] = positionals
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  if (subcommand === undefined) return { kind: 'serve', demo: values.demo ?? false }
  if (subcommand !== 'health') throw configError(`Unknown command '${subcommand}'; see load-balancer --help`)
  if (extra !== undefined || values.demo)
    throw configError(`'health' takes nothing more; see load-balancer --help`)
  return { kind: 'health' }
}

const usage = `Usage: load-balancer [--demo]
       load-balancer health

Balances OpenAI-compatible clients over several vLLM or OpenAI-compatible backends.

Commands:
  health         Ask the running daemon whether it is alive; exits 0 or 1.

Options:
  --demo         Start with three simulated backends and a database of its own.
  -h, --help     Show this text.
  -v, --version  Show the version.
`

/** @param version - without a leading v. */
export const helpText = (version: string): string =>
  `LLM Load Balancer ${version}\n\n${usage}\n${describeVariables(environmentTable)}`
