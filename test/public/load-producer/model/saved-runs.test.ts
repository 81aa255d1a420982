// Tests saved runs, profiles, presets, CSV exports and comparisons of runs.
import { describe, expect, it } from 'vitest'
import { compareRuns } from '../../../../public/load-producer/model/compare-runs.ts'
import { htmlReport } from '../../../../src/load-engine/report/html-report.ts'
import { presetCards, presets } from '../../../../public/load-producer/model/presets.ts'
import {
  cardFileSchema,
  makeCardFile,
  makeProfile,
  parseFile,
  profileCards,
  profileSchema,
} from '../../../../src/load-engine/model/profile.ts'
import { cardsCsv, requestsCsv, runJson } from '../../../../src/load-engine/report/run-csv.ts'
import { savedRunSchema, type SavedRun } from '../../../../src/load-engine/model/saved-run.ts'
import { checkScenario, defaultScenario, type Scenario } from '../../../../src/load-engine/model/scenario.ts'
import { createRequestLog } from '../../../../src/load-engine/runs/request-log.ts'
import { someResult, someRun, withTexts } from '../../../load-engine/some-run.ts'

const KEY = 'sk-very-secret'
const SCRIPT = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&=cmd|`

const results = [...Array(200).keys()].map((index) =>
  index % 20 === 0
    ? someResult({ outcome: 'http_5xx', status: 503, detail: SCRIPT })
    : someResult({
        ttftMs: 100 + index,
        e2eMs: 400 + index,
        labels: { ...someResult().labels, endpoint: `vllm-${index % 2}` },
      }),
)

function runWithLog(): SavedRun {
  const log = createRequestLog()
  for (const result of results) log.add({ cardId: 'card', cardName: 'named' }, result)
  return {
    ...someRun({ key: KEY, slo: { ttftMs: 200, tpotMs: null, e2eMs: null, goalPercent: 50 } }, results),
    log: [...log.all()],
  }
}

describe('a saved run', () => {
  it('is unchanged after export and import, and contains no key', () => {
    const run = runWithLog()
    const read = parseFile(savedRunSchema, runJson(run))
    expect(read).toEqual({ ok: true, value: run })
    for (const text of [runJson(run), cardsCsv(run), requestsCsv(run), htmlReport(run)])
      expect(text).not.toContain(KEY)
  })

  it('is refused when it does not match the schema', () => {
    const broken = (change: object): unknown =>
      parseFile(savedRunSchema, JSON.stringify({ ...runWithLog(), ...change }))
    expect(parseFile(savedRunSchema, '{')).toMatchObject({ ok: false })
    expect(broken({ version: 2 })).toEqual({
      ok: false,
      faults: [{ path: 'version', message: 'takes version 1' }],
    })
    expect(broken({ log: Array(1001).fill(runWithLog().log[0]) })).toMatchObject({ ok: false })
    expect(broken({ key: KEY })).toEqual({
      ok: false,
      faults: [{ path: '', message: 'does not know "key"' }],
    })
    expect(broken({ cards: [{ ...runWithLog().cards[0], tokens: { prompt: -1 } }] })).toMatchObject({
      ok: false,
    })
  })

  it('is exported as CSV without spreadsheet formulas', () => {
    const run = withTexts(runWithLog(), '=HYPERLINK("http://x","y")')
    for (const csv of [cardsCsv(run), requestsCsv(run)]) {
      expect(csv).toContain(`"'=HYPERLINK(""http://x"",""y"")"`)
      expect(csv).not.toMatch(/(?:^|,)"?=/m)
      expect(csv.split('\r\n').length).toBeGreaterThan(2)
    }
    const [header, first] = requestsCsv(runWithLog()).split('\r\n')
    expect(header?.split(',').slice(0, 4)).toEqual(['at', 'number', 'cardId', 'cardName'])
    expect(first).toContain('2023-11-14T22:13:20.000Z,1,card,named')
  })
})

describe('a comparison', () => {
  const shifted = (byMs: number, count = 400) =>
    someRun(
      {},
      [...Array(count).keys()].map((index) => someResult({ ttftMs: 100 + (index % 50) + byMs, e2eMs: 900 })),
    )

  it('shows what became better or worse, and by how many percent', () => {
    const [card] = compareRuns(shifted(0), shifted(60))
    const p50 = card?.deltas.find(({ name }) => name === 'ttft p50')
    expect(p50).toMatchObject({ unit: 'ms', verdict: 'worse' })
    expect(p50?.changePercent).toBeCloseTo((60 * 100) / 124, 0)
    expect(
      compareRuns(shifted(60), shifted(0))[0]?.deltas.find(({ name }) => name === 'ttft p50')?.verdict,
    ).toBe('better')
    expect(card?.deltas.find(({ name }) => name === 'e2e p99')).toMatchObject({
      verdict: 'same',
      changePercent: 0,
    })
  })

  it('does not report an insignificant difference as a change', () => {
    const [card] = compareRuns(shifted(0, 20), shifted(3, 20))
    expect(card?.deltas.find(({ name }) => name === 'ttft p50')).toMatchObject({ verdict: 'unclear' })
  })

  it('tests failures as proportions', () => {
    const failing = (share: number, count: number) =>
      someRun(
        {},
        [...Array(count).keys()].map((index) =>
          someResult(index < share * count ? { outcome: 'timeout' } : {}),
        ),
      )
    const failed = (before: SavedRun, after: SavedRun) =>
      compareRuns(before, after)[0]?.deltas.find(({ name }) => name === 'failed')?.verdict
    expect(failed(failing(0.01, 1000), failing(0.1, 1000))).toBe('worse')
    expect(failed(failing(0.1, 20), failing(0.15, 20))).toBe('unclear')
  })

  it('pairs cards by name and keeps cards of only one run', () => {
    const a = someRun({ name: 'a', maxParallel: 1 }, [])
    const b = someRun({ name: 'b' }, [])
    const changed = someRun({ name: 'a', maxParallel: 2 }, [])
    const compared = compareRuns({ ...a, cards: [...a.cards, ...b.cards] }, changed)
    expect(compared.map(({ name, after }) => [name, after !== null])).toEqual([
      ['a', true],
      ['b', false],
    ])
    expect(compared[0]?.differingFields).toEqual(['maxParallel'])
  })
})

describe('a profile', () => {
  const cards: Scenario[] = [
    { ...defaultScenario, key: KEY },
    {
      ...defaultScenario,
      name: SCRIPT,
      arrival: { kind: 'sweep', over: 'rate', from: 1, to: 2, steps: 2, stepS: 1, spacing: 'linear' },
    },
  ]

  it('contains no keys, and is read with empty keys', () => {
    const text = JSON.stringify(makeProfile('mine', cards))
    expect(text).not.toContain(KEY)
    const read = parseFile(profileSchema, text)
    expect(read.ok && profileCards(read.value)).toEqual(cards.map((card) => ({ ...card, key: '' })))
    const file = JSON.stringify(makeCardFile({ ...defaultScenario, key: KEY }))
    expect(file).not.toContain(KEY)
    expect(parseFile(cardFileSchema, file)).toMatchObject({ ok: true })
  })

  it('is refused with the path of a field that is out of range or unknown', () => {
    const profile = makeProfile('mine', cards)
    const read = (change: object) =>
      parseFile(profileSchema, JSON.stringify({ ...profile, cards: [{ ...profile.cards[0], ...change }] }))
    expect(read({ maxParallel: 1e9 })).toMatchObject({ faults: [{ path: 'cards.0.maxParallel' }] })
    expect(read({ url: 'javascript:alert(1)' })).toMatchObject({ faults: [{ path: 'cards.0.url' }] })
    expect(read({ arrival: { kind: 'constant', ratePerS: -1 } })).toMatchObject({
      faults: [{ path: 'cards.0.arrival.ratePerS', message: 'takes a number from 0.001 to 10000' }],
    })
    expect(read({ key: KEY })).toMatchObject({
      faults: [{ path: 'cards.0', message: 'does not know "key"' }],
    })
    expect(read(JSON.parse('{"__proto__":{"x":1}}') as object)).toMatchObject({
      faults: [{ path: 'cards.0', message: 'does not know "__proto__"' }],
    })
  })
})

describe('a preset', () => {
  it.each(presets.map((preset) => [preset.id, preset] as const))(
    '%s creates valid cards with unique names',
    (_, preset) => {
      const made = presetCards(preset, { ...defaultScenario, key: KEY, model: 'm' })
      expect(made.length).toBeGreaterThan(0)
      for (const card of made) expect(checkScenario(card)).toEqual({ ok: true, value: card })
      expect(new Set(made.map(({ name }) => name)).size).toBe(made.length)
    },
  )
})
