/** Says which latency the charts of runs open on. */
import type { Series } from '../../../src/load-engine/model/run-summary.ts'

const hasValues = (column: readonly (number | null)[]): boolean => column.some((value) => value !== null)

/** Where no response was a stream, as of calls that write no text, there is no first token. */
export const firstMetric = (all: readonly Series[]): 'ttft' | 'e2e' =>
  all.some(({ columns }) => hasValues(columns.e2eP50)) &&
  !all.some(({ columns }) => hasValues(columns.ttftP50))
    ? 'e2e'
    : 'ttft'
