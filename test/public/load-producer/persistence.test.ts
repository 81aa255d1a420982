// Tests what the browser stores (cards, runs, profiles) and the comparison of two runs.
import { describe, expect, it } from 'vitest'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { readStorage } from '../support/browser-storage.ts'
import { button, card, choose, editCard, openProducer, rowsOf, run, show } from '../support/producer-page.ts'
import { isFull } from '../../support/effort.ts'

describe('after a reload the page has', () => {
  it('each card without its key, and each run with its name', async () => {
    const page = await openProducer(await startListingApp())
    await editCard(page, 'first run', 'Target', { Name: 'mine', Key: 'sk-mine' })
    await run(page, 'mine', '100 of 100')
    await show(page, 'Runs')
    await button(page, 'Rename mine').click()
    await page.getByLabel('Name of mine').fill('before the change')
    await page.keyboard.press('Enter')
    await button(page, 'before the change').waitFor()
    await eventually(async () => expect(await readStorage(page)).toContain('before the change'))
    await page.reload()
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor()
    const [row] = await rowsOf(page, 'Saved runs')
    expect(row).toMatchObject({ run: 'before the change', cards: '1', answered: '100', failed: '0' })
    await button(page, 'before the change').click()
    await page.getByRole('table', { name: 'Cards of the run' }).getByText('finished').waitFor()
    await show(page, 'Run')
    await card(page, 'mine').getByRole('button', { name: 'mine', exact: true }).click()
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('')
  })

  it.runIf(isFull)('a run that was interrupted by it, as last saved', async () => {
    const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
    const page = await openProducer(app)
    app.backend.configure({ ttftMs: 30 })
    await editCard(page, 'first run', 'Load', { Requests: '0' })
    await button(page, 'Start first run').click()
    await show(page, 'Runs')
    // A run is saved every five seconds.
    await button(page, 'first run').waitFor()
    await eventually(async () => expect(await readStorage(page)).toContain('load-producer-run'))
    await page.reload()
    await button(page, 'first run').click()
    await page.getByRole('table', { name: 'Cards of the run' }).getByText('running').waitFor()
    const [row] = await rowsOf(page, 'Cards of the run')
    expect(Number(row?.['answered']?.replace(',', ''))).toBeGreaterThan(10)
  })

  it('each profile and model configuration until it is deleted, which can be undone', async () => {
    const page = await openProducer(await startListingApp())
    await choose(page, 'More for first run', 'Duplicate')
    await choose(page, 'Profile', 'Save as profile')
    await page.getByLabel('Name', { exact: true }).fill('two cards')
    await button(page, 'Save').click()
    await choose(page, 'More for first run', 'Save as model configuration')
    await choose(page, 'More for first run', 'Delete')
    // Only the profile and the model configuration still contain the deleted card.
    await eventually(async () =>
      expect((await readStorage(page)).match(/"name":"first run"/g)).toHaveLength(2),
    )
    await page.reload()
    await card(page, 'first run 2').waitFor()
    expect(await page.getByRole('article').count()).toBe(1)
    await choose(page, 'Profile', 'Profiles and configurations')
    await button(page, 'Open two cards').click()
    await card(page, 'first run').waitFor()
    expect(await page.getByRole('article').count()).toBe(2)
    await choose(page, 'Profile', 'Profiles and configurations')
    await button(page, 'Add first run').click()
    await card(page, 'first run 3').waitFor()
    await choose(page, 'Profile', 'Profiles and configurations')
    await button(page, 'Delete two cards').click()
    await page.getByText('No profiles', { exact: true }).waitFor()
    await page.getByRole('region', { name: 'Messages' }).getByText('Undo').first().click()
    await button(page, 'Open two cards').waitFor()
  })
})

it.runIf(isFull)('compares two runs with the change and verdict of each figure', async () => {
  const app = await startListingApp({ backends: [{ ttftMs: 5 }] })
  const page = await openProducer(app)
  await editCard(page, 'first run', 'Load', { 'Max parallel': '50' })
  await run(page, 'first run', '100 of 100')
  // Far above what a busy machine adds to 5 ms.
  app.backend.configure({ ttftMs: 3_000 })
  await run(page, 'first run', '100 of 100')
  await show(page, 'Compare')
  const rows = await rowsOf(page, 'Deltas of first run')
  const row = (name: string) => rows.find(({ figure }) => figure === name)
  expect(row('failed')).toMatchObject({ before: '0 %', after: '0 %', verdict: 'the same' })
  const slower = row('ttft p50')
  // Also reads percentages.
  const ms = (text = ''): number => Number(text.replace(/[^\d.]/g, '')) * (text.endsWith(' s') ? 1000 : 1)
  expect(ms(slower?.['before'])).toBeGreaterThanOrEqual(5)
  expect(ms(slower?.['after'])).toBeGreaterThanOrEqual(3_000)
  const change = (ms(slower?.['after']) / ms(slower?.['before']) - 1) * 100
  expect(slower).toMatchObject({ verdict: 'worse', change: expect.stringMatching(/^\+/) as string })
  expect(ms(slower?.['change']) / change).toBeCloseTo(1, 1)
  await page.getByRole('img', { name: 'Latency over time' }).waitFor()
  for (const line of ['before: first run p95', 'after: first run p95']) await page.getByText(line).waitFor()
  // With swapped runs it is better.
  const [before, after] = ['Before', 'After'].map((label) => page.getByRole('combobox', { name: label }))
  const [older = '', newer = ''] = [await before?.inputValue(), await after?.inputValue()]
  await before?.selectOption(newer)
  await after?.selectOption(older)
  const swapped = await rowsOf(page, 'Deltas of first run')
  expect(swapped.find(({ figure }) => figure === 'ttft p50')).toMatchObject({ verdict: 'better' })
})
