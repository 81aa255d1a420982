// The simulated backend's command: parses the arguments, starts the backend and closes it on a signal.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { faultSchema, readFaultText } from './faults/fault.ts'
import { defaultSettings, settingsSchema } from './settings.ts'
import { createSimulatedBackend } from './simulated-backend.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const { shape } = settingsSchema
const number = (inner: z.ZodType<number, number>) => z.coerce.number().pipe(inner)

interface Argument {
  readonly schema: z.ZodType
  readonly takes: string
  readonly help: string
}

const argument = (schema: z.ZodType, takes: string, help: string): Argument => ({ schema, takes, help })

const args = {
  port: argument(port, 'PORT', 'port to listen on (8101; 0 takes any)'),
  'control-port': argument(port, 'PORT', 'port of the control routes (0, any; printed at the start)'),
  host: argument(z.string().min(1), 'HOST', 'address to listen on (127.0.0.1)'),
  name: argument(shape.name, 'NAME', `shown as system_fingerprint (${defaultSettings.name})`),
  models: argument(
    z
      .string()
      .transform((text) => text.split(','))
      .pipe(shape.models),
    'ID,...',
    `model ids (${defaultSettings.models.join(',')})`,
  ),
  'api-key': argument(shape.apiKey, 'KEY', 'bearer asked for under /v1 (none)'),
  'ttft-ms': argument(number(shape.ttftMs), 'MS', 'time to the first token (0)'),
  'tokens-per-second': argument(number(shape.tokensPerSecond), 'N', 'speed of one answer (0, no limit)'),
  capacity: argument(number(shape.capacity), 'N', 'requests that run at once, others wait (0, no limit)'),
  seed: argument(number(shape.seed), 'N', `seed of answers and faults (${defaultSettings.seed})`),
  'min-tokens': argument(number(shape.minTokens), 'N', `shortest answer (${defaultSettings.minTokens})`),
  'max-tokens': argument(number(shape.maxTokens), 'N', `longest answer (${defaultSettings.maxTokens})`),
  fault: argument(
    z.string().transform(readFaultText).pipe(faultSchema),
    'FAULT',
    'such as status:503,retryAfter=2,probability=0.1,count=5; kinds: status reset hang die malformed ' +
      'slow-drip error-body no-done gzip refuse',
  ),
} satisfies Record<string, Argument>

const usage = (): string =>
  [
    'A simulated OpenAI-compatible backend that behaves like vLLM from outside.',
    '',
    'Usage: simulator [options]',
    '',
    ...Object.entries(args).map(([name, { takes, help }]) => `  ${`--${name} ${takes}`.padEnd(26)} ${help}`),
    '  --help                     this text',
    '',
  ].join('\n')

const camelCase = (name: string): string => name.replaceAll(/-./g, (pair) => pair.charAt(1).toUpperCase())

type Checked = Record<string, unknown> & { host?: string; port?: number; controlPort?: number }

/** @returns the text of a usage error, or the given values by names in camel case. */
export function readArguments(argv: readonly string[]): Checked | 'help' | { usageError: string } {
  const options = Object.fromEntries(Object.keys(args).map((name) => [name, { type: 'string' as const }]))
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({ args: [...argv], options: { ...options, help: { type: 'boolean' } } }).values
  } catch (error) {
    return { usageError: error instanceof Error ? error.message : String(error) }
  }
  if (values['help'] === true) return 'help'
  const checked: Checked = {}
  for (const [name, { schema }] of Object.entries<Argument>(args)) {
    if (values[name] === undefined) continue
    const result = schema.safeParse(values[name])
    if (!result.success) {
      const issue = result.error.issues[0]
      const where = issue?.path.length ? ` (${issue.path.join('.')})` : ''
      return { usageError: `--${name}${where}: ${issue?.message ?? 'bad value'}` }
    }
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
    process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`)
    await backend.close()
    return 1
  }
  await stopped
  await backend.close()
  return 0
}
