// Tests the actions of cards: start, stop, reset, duplicate, delete and undo.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { button, card, choose, footerFigure, openProducer, run, show } from '../support/producer-page.ts'

const names = async (page: Page): Promise<string[]> =>
  (await page.getByRole('article').all()).length === 0
    ? []
    : page.getByRole('article').getByRole('heading').allTextContents()

const expectRunning = (app: RunningApp, count: number): Promise<void> =>
  eventually(() => expect(app.backend.served().running).toBe(count))

it('duplicates a card, deletes one, and restores it at its position by Undo', async () => {
  const page = await openProducer(await startListingApp())
  await choose(page, 'More for first run', 'Duplicate')
  await card(page, 'first run 2').waitFor()
  await choose(page, 'More for first run', 'Delete')
  await card(page, 'first run').waitFor({ state: 'hidden' })
  await button(page, 'Undo').click()
  await card(page, 'first run').waitFor()
  await eventually(async () => expect(await names(page)).toEqual(['first run', 'first run 2']))
})

it('asks before it deletes a running card, and cancels its requests', async () => {
  const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
  const page = await openProducer(app)
  await button(page, 'Start first run').click()
  await expectRunning(app, 8)
  await choose(page, 'More for first run', 'Delete')
  await page.getByRole('alertdialog', { name: 'Delete first run while it runs?' }).waitFor()
  await button(page, 'Cancel').click()
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
  await expectRunning(app, 8)
  await choose(page, 'More for first run', 'Delete')
  await button(page, 'Stop and delete').click()
  await page.getByText('No cards', { exact: true }).waitFor()
  await expectRunning(app, 0)
})

it('keeps the run of a card that was deleted while running', async () => {
  const app = await startListingApp()
  const page = await openProducer(app)
  await run(page, 'first run', '100 of 100')
  app.backend.configure({ ttftMs: 60_000 })
  await button(page, 'Start first run').click()
  await expectRunning(app, 8)
  await choose(page, 'More for first run', 'Delete')
  await button(page, 'Stop and delete').click()
  await show(page, 'Runs')
  await eventually(async () =>
    expect(await page.getByRole('table', { name: 'Saved runs' }).getByRole('row').count()).toBe(3),
  )
})

it('clears the figures of a card by Reset, and keeps its run', async () => {
  const page = await openProducer(await startListingApp())
  expect(await button(page, 'Reset first run').isDisabled()).toBe(true)
  await run(page, 'first run', '100 of 100')
  await button(page, 'Reset first run').click()
  await card(page, 'first run').getByText('0 of 100', { exact: true }).waitFor()
  await page.getByText('Nothing has run yet').waitFor()
  await eventually(async () => expect(await footerFigure(page, 'sent').textContent()).toBe('0'))
  await show(page, 'Runs')
  await page.getByRole('button', { name: 'first run', exact: true }).waitFor()
})

it('starts and stops all cards, also by key', async () => {
  const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
  const page = await openProducer(app)
  await choose(page, 'More for first run', 'Duplicate')
  await button(page, 'Start all').click()
  await expectRunning(app, 16)
  await eventually(async () => expect(await footerFigure(page, 'running').textContent()).toBe('2'))
  expect(await button(page, 'Start all').isDisabled()).toBe(true)
  await button(page, 'Stop all').click()
  await expectRunning(app, 0)
  await eventually(async () => expect(await footerFigure(page, 'running').textContent()).toBe('0'))
  await page.keyboard.press('s')
  await expectRunning(app, 16)
  await page.keyboard.press('.')
  await expectRunning(app, 0)
  await eventually(async () => expect(await footerFigure(page, 'running').textContent()).toBe('0'))
})

it('lists its shortcuts at ?, and ignores them in text fields', async () => {
  const page = await openProducer(await startListingApp())
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.getByText('Start all cards that do not run').waitFor()
  for (const key of ['S', '.', 'N', '1', '2', '3', '/', 'T', '?'])
    expect(await keys.getByText(key, { exact: true }).count(), key).toBe(1)
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'hidden' })
  await page.keyboard.press('3')
  await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor()
  await page.keyboard.press('1')
  await page.keyboard.press('n')
  const editor = page.getByRole('dialog', { name: 'card' })
  await editor.getByLabel('Name', { exact: true }).fill('')
  await editor.getByLabel('Name', { exact: true }).pressSequentially('n.s?3')
  await button(page, 'Save').click()
  await card(page, 'n.s?3').waitFor()
  expect(await footerFigure(page, 'sent').textContent()).toBe('0')
})
