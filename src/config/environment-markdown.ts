// Formats the environment tables of the README.
import { shownDefault, type VariableTable } from './variable.ts'

const code = (value: string): string => (value === '' ? '' : `\`${value}\``)

// Pads cells to the widest of their column, as oxfmt does, so that it leaves the table unchanged.
function alignedTable(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows
  const widths = header.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('')
}

/** A Markdown table as oxfmt formats it, ending with a newline. */
export function environmentMarkdown(table: VariableTable): string {
  const rows = table.map((variable) => [
    code(variable.name),
    code(shownDefault(variable)),
    variable.description,
    variable.kind.takes.replaceAll('*', '`*`'),
  ])
  return alignedTable([['Variable', 'Default', 'What it is', 'Takes'], ...rows])
}
