/** The export formats of a run. None contains keys. */
import { htmlReport } from '../../../src/load-engine/report/html-report.ts'
import { cardsCsv, requestsCsv, runJson } from '../../../src/load-engine/report/run-csv.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { saveFile } from '../../ui/browser/save-file.ts'
import { fileName } from './file-name.ts'

export const exportFormats = [
  { label: 'HTML report', ending: '.html', type: 'text/html', write: (run: SavedRun) => htmlReport(run) },
  { label: 'Cards as CSV', ending: '-cards.csv', type: 'text/csv', write: cardsCsv },
  { label: 'Requests as CSV', ending: '-requests.csv', type: 'text/csv', write: requestsCsv },
  { label: 'Run as JSON', ending: '.json', type: 'application/json', write: runJson },
] as const

export const exportRun = (run: SavedRun, { ending, type, write }: (typeof exportFormats)[number]): void =>
  saveFile(fileName(`run-${run.name}`, ending), type, write(run))
