// The simulated backend's command: parses the arguments, starts the backend and closes it on a signal.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { faultSchema, readFaultText } from './faults/fault.ts'
import { settingsTable } from './settings.ts'
import { createSimulatedBackend } from './simulated-backend.ts'

const port = z.coerce.number().int().min(0).max(65_535)

interface Argument {
  readonly schema: z.ZodType
  /** Empty for an option without a value. */
  readonly takes: string
  readonly help: string
}

const argument = (schema: z.ZodType, takes: string, help: string): Argument => ({ schema, takes, help })

/** Reads an option's text as a value of the setting. */
function readText(initial: unknown): (text: unknown) => unknown {
  if (typeof initial === 'number') return Number
  if (Array.isArray(initial)) return (text) => String(text).split(',')
  if (typeof initial === 'object') return (text) => JSON.parse(String(text)) as unknown
  return (text) => text
}

const kebabCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const settingArguments = Object.fromEntries(
  Object.entries(settingsTable).map(([name, { schema, initial, takes, help }]) => [
    kebabCase(name),
    argument(z.preprocess(readText(initial), schema), takes, help),
  ]),
)

const args: Readonly<Record<string, Argument>> = {
  port: argument(port, 'PORT', 'port to listen on (8101; 0 takes any)'),
  'control-port': argument(port, 'PORT', 'port of the control routes (0, any; printed at the start)'),
  host: argument(z.string().min(1), 'HOST', 'address to listen on (127.0.0.1)'),
  ...settingArguments,
  fault: argument(
    z.string().transform(readFaultText).pipe(faultSchema),
    'FAULT',
    'such as status:503,retryAfter=2,probability=0.1,count=5; kinds: status reset hang die malformed ' +
      'slow-drip error-body no-done gzip refuse',
  ),
}

const usage = (): string =>
  [
    'A simulated backend that behaves like vLLM or another engine from outside, or as options and control routes say.',
    '',
    'Usage: simulator [options]',
    '',
    ...Object.entries(args).map(
      ([name, { takes, help }]) => `  ${`--${name} ${takes}`.trimEnd().padEnd(28)} ${help}`,
    ),
    '  --help                       this text',
    '',
    'While it runs: GET, PUT /control/settings; GET, PUT, DELETE /control/fault; GET, DELETE /control/served;',
    'DELETE /control/cache; POST /control/revive. All JSON.',
    '',
  ].join('\n')

const camelCase = (name: string): string => name.replaceAll(/-./g, (pair) => pair.charAt(1).toUpperCase())

type Checked = Record<string, unknown> & { host?: string; port?: number; controlPort?: number }

const parserOptions = Object.fromEntries(
  Object.entries(args).map(([name, { takes }]) => [
    name,
    { type: takes === '' ? ('boolean' as const) : ('string' as const) },
  ]),
)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function check(
  name: string,
  { schema }: Argument,
  value: unknown,
): { data: unknown } | { usageError: string } {
  try {
    const result = schema.safeParse(value)
    if (result.success) return { data: result.data }
    const issue = result.error.issues[0]
    const where = issue?.path.length ? ` (${issue.path.join('.')})` : ''
    return { usageError: `--${name}${where}: ${issue?.message ?? 'bad value'}` }
  } catch (error) {
    return { usageError: `--${name}: ${messageOf(error)}` }
  }
}

/** @returns the text of a usage error, or the given values by names in camel case. */
export function readArguments(argv: readonly string[]): Checked | 'help' | { usageError: string } {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({ args: [...argv], options: { ...parserOptions, help: { type: 'boolean' } } }).values
  } catch (error) {
    return { usageError: messageOf(error) }
  }
  if (values['help'] === true) return 'help'
  const checked: Checked = {}
  for (const [name, entry] of Object.entries(args)) {
    if (values[name] === undefined) continue
    const result = check(name, entry, values[name])
    if ('usageError' in result) return result
    checked[camelCase(name)] = result.data
  }
  return checked
}

/**
 * Runs until SIGTERM or SIGINT.
 * @returns the exit code: 0 after --help or a signal, 1 if it cannot listen, 2 for bad arguments.
 */
export async function runSimulator(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv)
  if (given === 'help') {
    process.stdout.write(usage())
    return 0
  }
  if ('usageError' in given) {
    process.stderr.write(`simulator: ${String(given.usageError)}; --help lists what there is\n`)
    return 2
  }
  const { host = '127.0.0.1', port = 8101, controlPort = 0, ...options } = given
  const backend = createSimulatedBackend(options)
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  try {
    const { baseUrl, controlUrl } = await backend.listen({ host, port, controlPort })
    process.stdout.write(`${backend.settings.name} answers at ${baseUrl}, controlled at ${controlUrl}\n`)
  } catch (error) {
    process.stderr.write(`simulator: ${messageOf(error)}\n`)
    await backend.close()
    return 1
  }
  await stopped
  await backend.close()
  return 0
}
