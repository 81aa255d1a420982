// Parses the command line of `load-balancer` and prints its usage.
import { parseArgs } from 'node:util'
import { configError } from './config-error.ts'
import { describeVariables } from './describe-variables.ts'
import { environmentTable } from './environment-table.ts'
import { workerCount } from './environment/worker-count.ts'

export type Command =
  | {
      readonly kind: 'serve'
      readonly demo: boolean
      /** undefined where the environment decides. */
      readonly workers: number | undefined
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** Requests /livez of the running daemon. */
  | { readonly kind: 'health' }
  | ConfigCommand

/** Exports, compares or applies the configuration of a running daemon. */
export interface ConfigCommand {
  readonly kind: 'config'
  readonly action: 'export' | 'diff' | 'apply'
  /** `-` means standard input or output. */
  readonly file: string
  /** The daemon's URL; undefined for the daemon on this machine. */
  readonly url: string | undefined
  readonly prune: boolean
  /** Whether to apply without confirmation. */
  readonly yes: boolean
  readonly positions: boolean
}

const options = {
  demo: { type: 'boolean' },
  workers: { type: 'string' },
  url: { type: 'string' },
  prune: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  positions: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // The rest of the message explains how to pass an argument that looks like an option.
    const problem = error instanceof Error ? error.message.split('. ')[0] : 'Unreadable command line'
    throw seeHelp(String(problem))
  }
}

type Values = ReturnType<typeof parse>['values']
type Action = ConfigCommand['action']

const configOptions: Readonly<Record<Action, readonly (keyof Values)[]>> = {
  export: ['url', 'positions'],
  diff: ['url', 'prune'],
  apply: ['url', 'prune', 'yes'],
}

const seeHelp = (problem: string): Error => configError(`${problem}; see load-balancer --help`)

function refuseOptions(values: Values, what: string, allowed: readonly (keyof Values)[]): void {
  const other = (Object.keys(values) as (keyof Values)[]).find((name) => !allowed.includes(name))
  if (other !== undefined) throw seeHelp(`${what} takes no --${other}`)
}

const isAction = (text: string | undefined): text is Action =>
  text !== undefined && Object.hasOwn(configOptions, text)

function readConfigCommand(values: Values, [action, file, extra]: readonly string[]): ConfigCommand {
  if (!isAction(action)) throw seeHelp("'config' takes export, diff or apply")
  refuseOptions(values, `'config ${action}'`, configOptions[action])
  if (extra !== undefined) throw seeHelp(`'config ${action}' takes one file`)
  if (file === undefined && action !== 'export')
    throw seeHelp(`'config ${action}' takes a file, or - for standard input`)
  return {
    kind: 'config',
    action,
    file: file ?? '-',
    url: values.url,
    prune: values.prune ?? false,
    yes: values.yes ?? false,
    positions: values.positions ?? false,
  }
}

function readWorkers(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const { success, data } = workerCount.schema.safeParse(value)
  if (!success) throw seeHelp(`--workers takes ${workerCount.takes}`)
  return data
}

/**
 * @param args - without the executable and the script.
 * @throws an error that `isConfigError` accepts, for which the process should exit with 2.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [subcommand, ...rest] = positionals
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  if (subcommand === 'config') return readConfigCommand(values, rest)
  if (subcommand === undefined) {
    refuseOptions(values, 'starting', ['demo', 'workers'])
    return { kind: 'serve', demo: values.demo ?? false, workers: readWorkers(values.workers) }
  }
  if (subcommand !== 'health') throw seeHelp(`Unknown command '${subcommand}'`)
  if (rest.length > 0 || Object.keys(values).length > 0) throw seeHelp("'health' takes nothing more")
  return { kind: 'health' }
}

const usage = `Usage: load-balancer [--demo] [--workers N]
       load-balancer health
       load-balancer config export [FILE] [--positions] [--url URL]
       load-balancer config diff FILE [--prune] [--url URL]
       load-balancer config apply FILE [--prune] [--yes] [--url URL]

Balances OpenAI-compatible clients over several vLLM or OpenAI-compatible backends.

Commands:
  health         Check whether the running daemon is alive; exits 0 or 1.
  config export  Write its configuration to a file, without secrets.
  config diff    Show what a file would change; exits 0 for nothing, 1 for something, 2 for trouble.
  config apply   Make it so, all or nothing, after asking on a terminal; exits 0, 1 where the answer
                 is no, 2 for trouble. Values of new client tokens go to standard output, this once.

config calls the daemon on this machine, with LB_ADMIN_TOKEN or the token beside LB_DB_PATH. FILE may be
- for standard input or output. Keys written as \${NAME} are filled in from the environment; unset,
the stored key stays.

Options:
  --url URL      Call the daemon at this base URL instead.
  --prune        Delete, too, what the sections of the file do not name.
  -y, --yes      Apply without asking.
  --positions    Export where nodes are on the canvas, too.
  --workers N    Serve with so many processes; auto for one per core. Default: LB_WORKERS.
  --demo         Start with three simulated backends and a database of its own.
  -h, --help     Show this text.
  -v, --version  Show the version.
`

/** @param version - without a leading v. */
export const helpText = (version: string): string =>
  `LLM Load Balancer ${version}\n\n${usage}\n${describeVariables(environmentTable)}`
