/** Reads rows of a CSV trace, such as Azure's and BurstGPT's. Columns are found by their names, in any order. */
import { readTokenCount } from './read-json-row.ts'
import type { RowReader } from './trace.ts'

type Field = 'at' | 'inputTokens' | 'outputTokens'

/** Accepted column names, in lower case and without spaces, underscores and hyphens. */
const columnNames: Record<Field, readonly string[]> = {
  at: [
    'timestamp',
    'timestampms',
    'time',
    'timems',
    'arrivaltime',
    'arrivaltimems',
    'arrivedat',
    'at',
    'atms',
  ],
  inputTokens: [
    'contexttokens',
    'inputtokens',
    'inputlength',
    'prompttokens',
    'promptlength',
    'requesttokens',
    'numprefilltokens',
  ],
  outputTokens: [
    'generatedtokens',
    'outputtokens',
    'outputlength',
    'completiontokens',
    'responsetokens',
    'responselength',
    'numdecodetokens',
  ],
}

function splitCells(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim())
  const cells: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g)) {
    cells.push(quoted !== undefined ? quoted.replaceAll('""', '"') : (plain ?? '').trim())
  }
  return cells
}

const dateTime = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/

/** @returns milliseconds. A date without a time zone is read as UTC, a plain number is multiplied by `numberToMs`. */
function readTime(cell: string, numberToMs: number): number {
  const match = dateTime.exec(cell)
  const ms = match
    ? Date.parse(`${match[1]}T${match[2]}${match[4] ?? 'Z'}`) + Number(match[3] ?? 0) * 1000
    : cell === ''
      ? NaN
      : Number(cell) * numberToMs
  if (!Number.isFinite(ms))
    throw new Error(`has no time where one belongs: ${JSON.stringify(cell.slice(0, 40))}`)
  return ms
}

function findColumns(header: string) {
  const names = splitCells(header).map((name) => name.toLowerCase().replaceAll(/[\s_-]/g, ''))
  const find = (field: Field): number => {
    const index = names.findIndex((name) => columnNames[field].includes(name))
    if (index >= 0) return index
    const example = { at: 'TIMESTAMP', inputTokens: 'ContextTokens', outputTokens: 'GeneratedTokens' }[field]
    throw new Error(`is no header with a column like ${example}`)
  }
  const at = find('at')
  return {
    at,
    inputTokens: find('inputTokens'),
    outputTokens: find('outputTokens'),
    numberToMs: names[at]?.endsWith('ms') ? 1 : 1000,
  }
}

/** Creates a reader that expects the header as its first line. */
export function createCsvRowReader(): RowReader {
  let columns: ReturnType<typeof findColumns> | undefined
  return (line) => {
    if (!columns) {
      columns = findColumns(line)
      return undefined
    }
    const cells = splitCells(line)
    const cell = (index: number): string => cells[index] ?? ''
    const tokens = (index: number, name: string): number =>
      readTokenCount(cell(index) === '' ? undefined : Number(cell(index)), name)
    return {
      atMs: readTime(cell(columns.at), columns.numberToMs),
      inputTokens: tokens(columns.inputTokens, 'input tokens'),
      outputTokens: tokens(columns.outputTokens, 'output tokens'),
      blocks: [],
    }
  }
}
