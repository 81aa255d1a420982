// Tests the dashboard: limits, failures by kind, warnings and groups.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { DESKTOP, PHONE } from '../support/open-page.ts'
import { isFull } from '../../support/effort.ts'
import {
  button,
  card,
  choose,
  editCard,
  fillIn,
  headlineFigure,
  openEditor,
  openProducer,
  pick,
  rowsOf,
  run,
  save,
  show,
} from '../support/producer-page.ts'

const rowsGroupedBy = async (page: Page, by: string) => {
  await page.getByRole('group', { name: 'Group by' }).getByRole('button', { name: by, exact: true }).click()
  return rowsOf(page, 'Results by group')
}

describe('a limit', () => {
  it.runIf(isFull)('is met or missed', async () => {
    const page = await openProducer(await startListingApp({ backends: [{ ttftMs: 30 }] }))
    await editCard(page, 'first run', 'Limits & SLO', { 'First token within': '60000' })
    await choose(page, 'More for first run', 'Duplicate')
    await editCard(page, 'first run 2', 'Limits & SLO', { 'First token within': '5' })
    await button(page, 'Start all').click()
    await card(page, 'first run')
      .getByText(/^SLO met · 100\s%$/)
      .waitFor()
    await card(page, 'first run 2')
      .getByText(/^SLO missed · 0\s%$/)
      .waitFor()
    await card(page, 'first run 2').getByText('100 of 100').waitFor()
    // Half of all requests is good, but none of the second card.
    await eventually(async () => expect(await headlineFigure(page, 'goodput').textContent()).toMatch(/50\s%/))
    await page.getByRole('group', { name: 'Figures of' }).getByRole('button', { name: 'first run 2' }).click()
    await eventually(async () =>
      expect(await headlineFigure(page, 'goodput').textContent()).toMatch(/^goodput0\s%SLO 5\sms$/),
    )
  })
})

describe('a run that the tester limits', () => {
  it.runIf(isFull)('says so while it runs and later, and is never called a pass', async () => {
    // The bridge sends 2,000 requests at once, and lets the others wait.
    const page = await openProducer(await startListingApp({ backends: [{ ttftMs: 600_000 }] }))
    await editCard(page, 'first run', 'Limits & SLO', { 'First token within': '60000' })
    await editCard(page, 'first run', 'Load', { Requests: '0', 'Max parallel': '2100' })
    await button(page, 'Start first run').click()
    await card(page, 'first run').getByText('limited by the tester').waitFor()
    await page.getByText(/^The tester is the limit: .*there is no verdict\.$/).waitFor()
    await eventually(async () =>
      expect(await headlineFigure(page, 'goodput').textContent()).toMatch(/no verdict$/),
    )
    expect(await page.getByText('SLO met').count()).toBe(0)
    await button(page, 'Stop first run').click()
    await button(page, 'Start first run').click()
    await button(page, 'Stop first run').waitFor()
    await card(page, 'first run').getByText('limited by the tester').waitFor()
    await button(page, 'Stop first run').click()
    await button(page, 'Start first run').waitFor()
    await show(page, 'Runs')
    const runs = page.getByRole('table', { name: 'Saved runs' })
    await eventually(async () => {
      const rows = await rowsOf(page, 'Saved runs')
      expect(rows.map(({ goodput }) => goodput)).toEqual(['–', '–'])
      expect(await runs.getByText('limited by the tester').count()).toBe(2)
    })
    await page.setViewportSize(PHONE)
    const badge = await runs.getByText('limited by the tester').first().boundingBox()
    expect((badge?.x ?? 0) + (badge?.width ?? Infinity)).toBeLessThanOrEqual(PHONE.width)
    await page.setViewportSize(DESKTOP)
    await show(page, 'Compare')
    const once = 'The tester was the limit of the run before and of the run after: its figures say little'
    await page.getByText(once).waitFor()
    expect(await page.getByText(/tester was the limit/).count()).toBe(1)
    await show(page, 'Runs')
    await runs.getByRole('rowheader').first().getByRole('button').first().click()
    await page.getByText(/^The tester was the limit of first run: .*there is no verdict\.$/).waitFor()
    expect((await rowsOf(page, 'Cards of the run'))[0]?.['goodput']).toBe('–')
  })
})

describe('failures', () => {
  it('are listed by kind, each with its last message', async () => {
    const app = await startListingApp({
      environment: { LB_FAIL_THRESHOLD: '1000', LB_FAILOVER_ATTEMPTS: '0' },
    })
    const page = await openProducer(app)
    await editCard(page, 'first run', 'Load', { Requests: '10', 'Max parallel': '1' })
    const kinds = [
      ['server', { kind: 'status', status: 503, pathPrefix: '/v1/chat' }],
      ['stream', { kind: 'die', afterChunks: 2, pathPrefix: '/v1/chat' }],
      ['slow', { kind: 'hang', pathPrefix: '/v1/chat' }],
    ] as const
    for (const [name, fault] of kinds) {
      const copy = 'first run 2'
      await choose(page, 'More for first run', 'Duplicate')
      await editCard(page, copy, 'Target', { Name: name })
      if (name === 'slow') await editCard(page, name, 'Limits & SLO', { Timeout: '0.1' })
      await app.backend.setFault(fault)
      await run(page, name, '10 of 10')
    }
    await app.backend.setFault(null)
    await run(page, 'first run', '10 of 10')
    const rows = await rowsOf(page, 'Failures by kind')
    expect(rows).toHaveLength(3)
    const of = (name: string) => rows.find((row) => row['card'] === name)
    expect(of('server')).toMatchObject({ kind: 'http 5xx', requests: '10' })
    expect(of('stream')).toMatchObject({ kind: 'stream error', status: '200', requests: '10' })
    expect(of('slow')).toMatchObject({ kind: 'timeout', status: '–', requests: '10' })
    for (const row of rows) expect(row['the last of them']?.length, row['card']).toBeGreaterThan(5)
    expect(await headlineFigure(page, 'errors').textContent()).toContain('timeout 10')
    // Percentiles cover only the ten successes.
    const [alone] = await rowsOf(page, 'Comparison of cards')
    expect(alone).toMatchObject({ card: 'first run', answered: '10', failed: '0' })
    expect(alone?.['TTFT p50']).not.toBe('–')
    expect(
      (await rowsOf(page, 'Comparison of cards')).find((row) => row['card'] === 'server')?.['TTFT p50'],
    ).toBe('–')
  })
})

describe('a notice', () => {
  it('reports dropped arrivals', async () => {
    const page = await openProducer(await startListingApp({ backends: [{ ttftMs: 300 }] }))
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Constant')
    await fillIn(page, { Requests: '30', Rate: '100', 'Max parallel': '1' })
    await page.getByRole('tab', { name: 'Limits & SLO' }).click()
    await fillIn(page, { Timeout: '1' })
    await save(page)
    await run(page, 'first run', '30 of 30')
    const dropped = Number((await rowsOf(page, 'Comparison of cards'))[0]?.['dropped'])
    expect(dropped).toBeGreaterThan(10)
    await page.getByText(`${dropped} arrivals were dropped: no place came free within the timeout.`).waitFor()
    await card(page, 'first run').getByText(`${dropped} dropped: no place came free in time`).waitFor()
  })
})

describe('results are grouped', () => {
  it('by endpoint and by attempts', async () => {
    const app = await startListingApp({
      backends: [{ fault: { kind: 'status', status: 500, count: 3, pathPrefix: '/v1/chat' } }, {}],
      environment: { LB_FAIL_THRESHOLD: '100' },
    })
    const page = await openProducer(app)
    await editCard(page, 'first run', 'Load', { 'Max parallel': '1' })
    await run(page, 'first run', '100 of 100')
    const byEndpoint = await rowsGroupedBy(page, 'Endpoint')
    expect(byEndpoint.map(({ value }) => value).sort()).toEqual(['backend-1', 'backend-2'])
    expect(byEndpoint.reduce((sum, { answered }) => sum + Number(answered), 0)).toBe(100)
    const byAttempts = await rowsGroupedBy(page, 'Attempts')
    expect(byAttempts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: '1', answered: '97', share: '97 %' }),
        expect.objectContaining({ value: '2', answered: '3', share: '3 %' }),
      ]),
    )
  })

  it('with the same rates in the headline and in the table once the run has ended', async () => {
    const page = await openProducer(await startListingApp())
    await run(page, 'first run', '100 of 100')
    const [row] = await rowsOf(page, 'Comparison of cards')
    await eventually(async () =>
      expect((await headlineFigure(page, 'requests').textContent())?.replaceAll('\u202f', ' ')).toBe(
        `requests100${row?.['requests']} over the run`,
      ),
    )
    const tokens = await headlineFigure(page, 'output tokens').textContent()
    expect(tokens?.replaceAll('\u202f', ' ')).toContain(`${row?.['tokens']} over the run`)
  })

  it('by cache status', async () => {
    const app = await startListingApp()
    const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
    const page = await openProducer(app)
    await openEditor(page, 'first run', 'Target')
    await fillIn(page, { Key: token, Model: 'sim-model' })
    await page.getByRole('tab', { name: 'Prompt' }).click()
    await page.getByRole('switch', { name: 'Stream' }).click()
    await page.getByRole('tab', { name: 'Load' }).click()
    await fillIn(page, { Requests: '20', 'Max parallel': '1' })
    await save(page)
    await run(page, 'first run', '20 of 20')
    expect(await rowsGroupedBy(page, 'Cache')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: 'MISS', answered: '1' }),
        expect.objectContaining({ value: 'HIT', answered: '19', share: '95 %' }),
      ]),
    )
  })
})
