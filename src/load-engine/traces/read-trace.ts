/** Reads a trace file in chunks: CSV with a header line, or JSON lines. Error messages start with the line number. */
import type { FileResult } from '../file-library.ts'
import { createCsvRowReader } from './csv-row-reader.ts'
import { readJsonRow } from './read-json-row.ts'
import { createTraceBuilder, MAX_TRACE_ROWS, type RowReader, type Trace } from './trace.ts'

const MAX_LINE_CHARACTERS = 1_000_000

function createLineSplitter(onLine: (line: string) => void) {
  let buffer = ''
  return {
    push(chunk: string): void {
      const lines = (buffer + chunk).split(/\r\n|\n|\r(?=[^\n])/)
      buffer = lines.pop() ?? ''
      if (buffer.length > MAX_LINE_CHARACTERS)
        throw new Error(`is longer than ${MAX_LINE_CHARACTERS} characters`)
      for (const line of lines) onLine(line)
    },
    end(): void {
      if (buffer !== '') onLine(buffer.replace(/\r$/, ''))
      buffer = ''
    },
  }
}

/** @param chunks - the text of the file, split at any position. */
export async function readTrace(chunks: AsyncIterable<string>): Promise<FileResult<Trace>> {
  const builder = createTraceBuilder()
  let readRow: RowReader | undefined
  let lineNumber = 0
  const splitter = createLineSplitter((raw) => {
    lineNumber += 1
    const line = lineNumber === 1 ? raw.replace(/^\uFEFF/, '') : raw
    if (line.trim() === '') return
    readRow ??= line.trimStart().startsWith('{') ? readJsonRow : createCsvRowReader()
    const row = readRow(line)
    if (row && !builder.add(row))
      throw new Error(`is more than the ${MAX_TRACE_ROWS} rows that a trace may have`)
  })
  try {
    for await (const chunk of chunks) splitter.push(chunk)
    splitter.end()
  } catch (error) {
    return {
      ok: false,
      error: `Line ${Math.max(1, lineNumber)} ${error instanceof Error ? error.message : 'is unreadable'}`,
    }
  }
  if (builder.count() === 0) return { ok: false, error: 'The file holds no requests' }
  return { ok: true, content: builder.build() }
}
