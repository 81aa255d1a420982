/** What an operator does with the Load Producer, on every screen: a run without a token, its figures, another run, and both compared. */
import { expect, it } from 'vitest'
import { startListingApp } from '../../support/apps/running-app.ts'
import { expectSound, walkLooks } from '../support/looks/walk-looks.ts'
import {
  button,
  choose,
  downloadOf,
  editCard,
  headlineFigure,
  openEditor,
  openProducer,
  run,
  save,
  show,
} from '../support/producer-page.ts'

it.each(walkLooks)('runs, reads, compares and exports, at $viewport.width in $colorScheme', async (look) => {
  const app = await startListingApp()
  const client = await app.admin.token('of a client')
  const page = await openProducer(app, look)
  await openEditor(page, 'first run', 'Target')
  await page.getByRole('group', { name: 'Models of the target' }).getByText('sim-model').click()
  await expectSound(page, 'the target')
  await save(page)
  await run(page, 'first run', '100 of 100')
  await headlineFigure(page, 'first token p50').first().waitFor()
  await expectSound(page, 'the figures of a run')
  // The session's own test token: the operator has pasted none.
  const served = (await app.admin.state()).client_tokens.map((one) => [one.id, one.total_requests])
  expect(served).toEqual([
    [client.id, 0],
    [expect.any(Number), 100],
  ])

  await editCard(page, 'first run', 'Load', { Requests: '40' })
  await run(page, 'first run', '40 of 40')
  await show(page, 'Runs')
  await page.getByRole('table', { name: 'Saved runs' }).waitFor()
  await expectSound(page, 'the saved runs')
  await show(page, 'Compare')
  await page.getByRole('heading', { name: 'Compare' }).waitFor()
  await expectSound(page, 'two runs compared')

  await show(page, 'Run')
  const { name, text } = await downloadOf(page, () => choose(page, 'Export', 'HTML report'))
  expect(name).toMatch(/\.html$/)
  expect(text).toContain('40')
  await page.getByRole('button', { name: /^Preset/ }).click()
  await page.getByRole('menuitem').first().click()
  await page.getByRole('alertdialog').waitFor()
  await expectSound(page, 'the question before a preset replaces the cards')
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
  await button(page, 'Start first run').waitFor()
  await page.getByRole('link', { name: 'Admin', exact: true }).click()
  await page.getByRole('link', { name: 'Load Producer', exact: true }).click()
  await button(page, 'Start first run').waitFor()
})
