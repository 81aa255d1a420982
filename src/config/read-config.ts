// Reads a configuration from the environment by a table of variables.
import { readFileSync } from 'node:fs'
import { configError } from './config-error.ts'
import { environmentTable, type Config } from './environment-table.ts'
import type { AnyVariable, ConfigOf, VariableTable } from './variable.ts'

const SHOWN_CHARACTERS = 100

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== ''

function readValueFile({ name, secret }: AnyVariable, path: string): string {
  // The path is not shown, since it may be the secret itself by mistake.
  const shown = `${name}_FILE: ${secret ? 'its path (not shown)' : JSON.stringify(path)}`
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw configError(`${shown} cannot be read (${reason}); takes the path of a readable file`)
  }
  // An empty file usually comes from a failed mount. Treating it as unset could leave the proxy open.
  if (!isSet(content)) throw configError(`${shown} is empty; takes the path of a file that holds the value`)
  return content.trim()
}

/** @returns the variable's text, or that of the file which NAME_FILE names; undefined if both are unset. */
function readText(environment: NodeJS.ProcessEnv, variable: AnyVariable): string | undefined {
  const { name } = variable
  const value = environment[name]
  const path = environment[`${name}_FILE`]
  if (isSet(value) && isSet(path)) throw configError(`${name} and ${name}_FILE are both set; set one of them`)
  if (isSet(path)) return readValueFile(variable, path.trim())
  return isSet(value) ? value.trim() : undefined
}

function readVariable(environment: NodeJS.ProcessEnv, variable: AnyVariable): unknown {
  const { name, kind, secret } = variable
  const text = readText(environment, variable)
  if (text === undefined) return variable.default
  const parsed = kind.schema.safeParse(text)
  if (parsed.success) return parsed.data
  const shown = secret ? 'its value (not shown)' : JSON.stringify(text.slice(0, SHOWN_CHARACTERS))
  throw configError(`${name}: ${shown} is not valid; takes ${kind.takes}`)
}

/**
 * An empty value counts as unset. Each variable may also be given as NAME_FILE, the path of a file with its value.
 * @throws an error that `isConfigError` accepts, for the first variable with a bad value: one line that names the
 * variable, its value (unless it is a secret) and the accepted values.
 */
export function readTable<const Table extends VariableTable>(
  table: Table,
  environment: NodeJS.ProcessEnv,
): ConfigOf<Table> {
  const entries = table.map((variable) => [variable.key, readVariable(environment, variable)])
  // The table's types guarantee that each key holds the value of its row's kind.
  const config = Object.fromEntries(entries) as ConfigOf<Table>
  Object.freeze(config)
  return config
}

/** Reads the daemon's configuration, as `readTable` does. */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => readTable(environmentTable, environment)
