// Runs `load-balancer config`: exports, compares and applies the configuration of a running daemon as a file.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import type { ConfigAppliedView, ConfigDiffView } from '../../contract/config-file.ts'
import { findAdminToken } from '../../config/admin-token.ts'
import type { ConfigCommand } from '../../config/command-line.ts'
import { configError, isConfigError } from '../../config/config-error.ts'
import { localUrl } from '../../config/local-url.ts'
import { readConfig } from '../../config/read-config.ts'
import { createAdminClient, errorLinesOf, type AdminClient } from './admin-client.ts'
import { fillPlaceholders } from './fill-placeholders.ts'
import { showChanges } from './show-changes.ts'

// Exit codes, as those of diff(1).
const SAME = 0
const DIFFERENT = 1
const FAILED = 2

const writeLine = (line: string): void => void process.stderr.write(`${line}\n`)

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

async function readInput(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw configError(`${file} cannot be read (${codeOf(error)})`)
  }
}

async function writeOutput(file: string, content: string): Promise<void> {
  if (file === '-') return void process.stdout.write(content)
  try {
    await writeFile(file, content)
  } catch (error) {
    throw configError(`${file} cannot be written (${codeOf(error)})`)
  }
}

const isColoured = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY && !environment['NO_COLOR']

/** @returns whether the person at the terminal confirms; a closed terminal counts as no. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const hungUp = once(terminal, 'close').then(() => '')
    return /^y(es)?$/i.test((await Promise.race([terminal.question(question), hungUp])).trim())
  } finally {
    terminal.close()
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? 'change' : 'changes'}`

async function diff(client: AdminClient, command: ConfigCommand, environment: NodeJS.ProcessEnv) {
  const yaml = fillPlaceholders(await readInput(command.file), environment)
  const { prune } = command
  const response = await client.post<ConfigDiffView>('/config/diff', { yaml, prune })
  for (const warning of response.warnings) writeLine(`warning: ${warning}`)
  return { ...response, yaml }
}

async function apply(client: AdminClient, command: ConfigCommand, environment: NodeJS.ProcessEnv) {
  const { etag, changes, yaml } = await diff(client, command, environment)
  if (changes.length === 0) {
    writeLine('Nothing to change.')
    return SAME
  }
  process.stderr.write(showChanges(changes, isColoured(process.stderr, environment)))
  const isInteractive = process.stdin.isTTY && process.stderr.isTTY && !command.yes
  if (isInteractive && !(await confirm(`Apply ${counted(changes.length)}? [y/N] `))) {
    writeLine('Nothing was changed.')
    return DIFFERENT
  }
  const applied = await client.post<ConfigAppliedView>(
    '/config/apply',
    { yaml, prune: command.prune },
    { 'if-match': etag },
  )
  for (const { name, token } of applied.created_tokens)
    process.stdout.write(`new client token ${JSON.stringify(name)}, shown this once: ${token}\n`)
  writeLine(`Applied ${counted(applied.applied)}.`)
  return SAME
}

async function run(command: ConfigCommand, environment: NodeJS.ProcessEnv): Promise<number> {
  const config = readConfig(environment)
  const url = command.url ?? localUrl(config)
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw configError('--url takes an http or https URL')
  const token = await findAdminToken({ configured: config.adminToken, databasePath: config.databasePath })
  const client = createAdminClient(url, token, command.file === '-' ? 'standard input' : command.file)
  switch (command.action) {
    case 'export':
      await writeOutput(command.file, await client.getText(`/config?positions=${command.positions}`))
      return SAME
    case 'diff': {
      const { changes } = await diff(client, command, environment)
      process.stdout.write(showChanges(changes, isColoured(process.stdout, environment)))
      return changes.length === 0 ? SAME : DIFFERENT
    }
    case 'apply':
      return apply(client, command, environment)
  }
}

/** @returns the exit code: 0 for the same or done, 1 for different or declined, 2 for an error, which is printed. */
export async function runConfigCommand(
  command: ConfigCommand,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    return await run(command, environment)
  } catch (error) {
    if (!isConfigError(error)) throw error
    errorLinesOf(error).forEach(writeLine)
    writeLine(`load-balancer: ${error.message}`)
    return FAILED
  }
}
