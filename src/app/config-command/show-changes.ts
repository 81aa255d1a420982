// Formats the changes of a configuration file for the terminal.
import type { ConfigChange } from '../../contract/config-file.ts'

const MARKS = { create: '+', update: '~', delete: '-' } as const
const COLOURS = { create: 32, update: 33, delete: 31 } as const

const isNothing = (value: unknown): boolean => value === null || value === undefined || value === ''

function show(value: unknown): string {
  if (isNothing(value)) return '(none)'
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(show).join(', ')
  return typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)
}

function fieldLines({ action, before, after }: ConfigChange): string[] {
  if (action === 'delete') return []
  return Object.entries(after ?? {}).flatMap(([field, value]) => {
    if (action === 'update') return `    ${field}: ${show(before?.[field])} -> ${show(value)}`
    return field === 'name' || isNothing(value) ? [] : `    ${field}: ${show(value)}`
  })
}

function heading({ action, object_type, name }: ConfigChange): string {
  const own = object_type === 'routing' || object_type === 'positions' ? '' : ` ${JSON.stringify(name)}`
  return `${MARKS[action]} ${object_type.replaceAll('_', ' ')}${own}`
}

/** @param isColoured - adds ANSI colours. @returns lines, each with its newline. */
export function showChanges(changes: readonly ConfigChange[], isColoured: boolean): string {
  const colour = (action: ConfigChange['action'], text: string): string =>
    isColoured ? `\u001b[${COLOURS[action]}m${text}\u001b[0m` : text
  const lines = changes.flatMap((change) => [colour(change.action, heading(change)), ...fieldLines(change)])
  return lines.map((line) => `${line}\n`).join('')
}
