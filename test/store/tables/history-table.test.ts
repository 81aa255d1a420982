// The stored history, compared with a list of all samples.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  COARSE_STEP_S,
  FINE_STEP_S,
  retentionS,
  type HistorySample,
} from '../../../src/core/history/history-sample.ts'
import { addSketchBytes, sketchBytes } from '../../../src/core/history/sketch-bytes.ts'
import type { TimeSketch } from '../../../src/core/traffic/time-sketch.ts'
import { historyWindow } from '../../../src/core/history/history-window.ts'
import { createQueryBuilder } from '../../../src/store/sqlite/query-builder.ts'
import { trimHistory } from '../../../src/store/tables/history-table.ts'
import { sketchOf } from '../../core/traffic/sketch-of.ts'
import { openRaw, temporaryPath, temporaryStore } from '../temporary-store.ts'

const NOW_S = Date.parse('2027-03-01T12:00:00Z') / 1000
const DAY_S = 86_400

const sample = (atS: number, values: Partial<HistorySample> = {}): HistorySample => ({
  atS,
  kind: 'total',
  id: 0,
  requests: 1,
  failures: 0,
  tokens: 10,
  firstTokens: 1,
  firstTokenMs: 100.5,
  inflight: 2,
  waiting: 1,
  firstTokenTimes: null,
  durationTimes: null,
  ...values,
})

const times = fc
  .array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 5 })
  .map((all) => (all.length === 0 ? null : sketchBytes(sketchOf(all))))

/** As bytes, which are the same where the sketches are. */
function sumOf(all: readonly (Uint8Array | null)[]): Uint8Array | null {
  const sketch: TimeSketch = new Map()
  for (const bytes of all) if (bytes !== null) addSketchBytes(sketch, bytes)
  return sketch.size === 0 ? null : sketchBytes(sketch)
}

const samples = fc.array(
  fc.record({
    atS: fc.integer({ min: 1, max: 360 }).map((step) => NOW_S - step * FINE_STEP_S),
    kind: fc.constantFrom('endpoint' as const, 'block' as const),
    id: fc.constantFrom(1, 2),
    requests: fc.nat(9),
    failures: fc.nat(9),
    tokens: fc.nat(9_000),
    firstTokens: fc.nat(9),
    firstTokenMs: fc.nat(9_000),
    inflight: fc.nat(9),
    waiting: fc.nat(9),
    firstTokenTimes: times,
    durationTimes: times,
  }),
  { minLength: 1, maxLength: 30 },
)

const sums = ['requests', 'failures', 'tokens', 'firstTokens', 'firstTokenMs'] as const
const peaks = ['inflight', 'waiting'] as const

function together(all: readonly HistorySample[]) {
  const of = (figures: readonly (keyof HistorySample)[], add: (a: number, b: number) => number) =>
    figures.map((figure) => [figure, all.reduce((sum, one) => add(sum, Number(one[figure])), 0)])
  return Object.fromEntries([...of(sums, (a, b) => a + b), ...of(peaks, Math.max)]) as HistorySample
}

describe('the history', () => {
  it('sums what is written, step by step and by object, from fine and from coarse rows', async () => {
    await fc.assert(
      fc.asyncProperty(samples, fc.constantFrom(10, 60, 300, 900), async (written, stepS) => {
        const store = await temporaryStore()
        const totals = written.map(({ atS }) => sample(atS, { requests: 0 }))
        for (const one of [...written, ...totals]) await store.writeHistory([one])
        const window = historyWindow(
          { fromMs: (NOW_S - 3600) * 1000, toMs: NOW_S * 1000, stepS },
          NOW_S * 1000,
        )
        expect(window.rowStepS).toBe(stepS % COARSE_STEP_S === 0 ? COARSE_STEP_S : FINE_STEP_S)
        const object = { kind: 'endpoint', id: 1 } as const
        const { points, objects } = await store.readHistory(window, object)
        const inWindow = written.filter(({ atS }) => atS >= window.fromS)
        for (const kind of ['endpoint', 'block'] as const)
          for (const id of [1, 2]) {
            const own = inWindow.filter((one) => one.kind === kind && one.id === id)
            const found = objects.find((one) => one.kind === kind && one.id === id)
            if (own.length === 0) expect(found).toBeUndefined()
            else expect(found).toMatchObject(together(own))
          }
        const steps = new Map(
          inWindow.map(({ atS }) => {
            const point = Math.floor((atS - window.fromS) / window.stepS)
            const own = inWindow.filter(
              (one) =>
                one.kind === 'endpoint' &&
                one.id === 1 &&
                Math.floor((one.atS - window.fromS) / window.stepS) === point,
            )
            return [
              point,
              {
                ...together(own),
                firstTokenTimes: sumOf(own.map((one) => one.firstTokenTimes)),
                durationTimes: sumOf(own.map((one) => one.durationTimes)),
              },
            ] as const
          }),
        )
        expect(new Map([...points].sort(([a], [b]) => a - b))).toEqual(
          new Map([...steps].sort(([a], [b]) => a - b)),
        )
        await store.close()
      }),
      { numRuns: 15 },
    )
  })

  it('keeps fine steps for a day and coarse ones for 35 days', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const days = [0.5, 0.99, 1.2, 20, 34.9, 35.2, 60]
    await store.writeHistory(days.map((day) => sample(Math.floor((NOW_S - day * DAY_S) / 10) * 10)))
    await store.trimHistory(NOW_S * 1000)
    const kept = (stepS: number): number =>
      Number(openRaw(path).prepare('select count(*) from history where step_s = ?').pluck().get(stepS))
    expect([kept(FINE_STEP_S), kept(COARSE_STEP_S)]).toEqual([2, 5])
    expect([retentionS(FINE_STEP_S), retentionS(COARSE_STEP_S)]).toEqual([DAY_S, 35 * DAY_S])
  })

  it('drops the oldest rows beyond a number', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const ofStep = (step: number) =>
      [1, 2, 3].map((id) => sample(NOW_S - step * 10, { kind: 'endpoint', id }))
    for (let step = 1; step <= 100; step += 1) await store.writeHistory(ofStep(step))
    await store.close()
    const raw = openRaw(path)
    const db = createQueryBuilder(raw)
    let rounds = 1
    while (await trimHistory(db, FINE_STEP_S, NOW_S * 1000, 30)) rounds += 1
    expect(rounds).toBeGreaterThan(1)
    const { rows, oldest } = raw
      .prepare('select count(*) rows, min(at) oldest from history where step_s = 10')
      .get() as { rows: number; oldest: number }
    expect(rows).toBeLessThanOrEqual(30)
    expect(rows).toBeGreaterThanOrEqual(27)
    expect(oldest).toBe(NOW_S - (rows / 3) * 10)
  })
})
