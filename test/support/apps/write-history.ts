// Fills the history of a running app with traffic of past hours, as if it had run for that long.
import {
  COARSE_STEP_S,
  FINE_STEP_S,
  stepStart,
  type HistorySample,
} from '../../../src/core/history/history-sample.ts'
import { sketchBytes } from '../../../src/core/history/sketch-bytes.ts'
import { addHistory, HISTORY_WIDTH, historyValues } from '../../../src/store/tables/history-table.ts'
import { sketchOf } from '../../core/traffic/sketch-of.ts'
import { openRaw } from '../../store/temporary-store.ts'

/** As many times, all alike but for a tenth that takes three times as long. */
const timesOf = (count: number, ms: number): Uint8Array =>
  sketchBytes(sketchOf(Array.from({ length: count }, (_, n) => (n % 10 === 9 ? 3 * ms : ms))))

/** @param requestsAt - requests in each step of five minutes, by its age in hours. */
export function writeHistory(
  databasePath: string,
  hours: number,
  requestsAt: (hours: number) => number,
): void {
  const raw = openRaw(databasePath)
  const insert = raw.prepare(addHistory)
  const nowS = stepStart(Date.now() / 1000, COARSE_STEP_S)
  raw.transaction(() => {
    for (let atS = nowS - hours * 3600; atS < nowS; atS += COARSE_STEP_S) {
      const requests = Math.round(requestsAt((nowS - atS) / 3600))
      const figures = {
        atS: stepStart(atS, FINE_STEP_S),
        requests,
        failures: Math.floor(requests / 20),
        tokens: 80 * requests,
        firstTokens: requests,
        firstTokenMs: requests * (120 + requests),
        inflight: Math.ceil(requests / 10),
        waiting: Math.floor(requests / 40),
        firstTokenTimes: timesOf(requests, 120 + requests),
        durationTimes: timesOf(requests, 900 + 10 * requests),
      }
      const samples: HistorySample[] = [
        { ...figures, kind: 'total', id: 0 },
        { ...figures, kind: 'endpoint', id: 1 },
        { ...figures, kind: 'block', id: 1 },
      ]
      const values = historyValues(samples)
      for (let start = 0; start < values.length; start += HISTORY_WIDTH)
        insert.run(...values.slice(start, start + HISTORY_WIDTH))
    }
  })()
}
