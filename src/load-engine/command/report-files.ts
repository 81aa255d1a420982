/** The reports that the command writes: which one, by the ending of the file's name. */
import { writeFile } from 'node:fs/promises'
import type { SavedRun } from '../model/saved-run.ts'
import { htmlReport } from '../report/html-report.ts'
import { cardsCsv, requestsCsv, runJson } from '../report/run-csv.ts'

const formats: readonly (readonly [ending: string, write: (run: SavedRun) => string])[] = [
  ['.html', htmlReport],
  ['.json', runJson],
  ['requests.csv', requestsCsv],
  ['.csv', cardsCsv],
]

/** @throws an Error with one sentence for people. */
export function reportFormatOf(path: string): (run: SavedRun) => string {
  const format = formats.find(([ending]) => path.toLowerCase().endsWith(ending))
  if (format === undefined)
    throw new Error(`--out takes a name that ends in .html, .json or .csv, not '${path}'`)
  return format[1]
}

/** Rejects where a file cannot be written. */
export async function writeReports(run: SavedRun, paths: readonly string[]): Promise<void> {
  for (const path of paths) await writeFile(path, reportFormatOf(path)(run))
}
