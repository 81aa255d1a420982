/** Every view, dialog and menu of the Load Producer, at every size and in both themes. */
import { it } from 'vitest'
import { startListingApp } from '../../support/apps/running-app.ts'
import { shared } from '../../support/lifetime.ts'
import { expectAtEverySize, expectPopupAtEverySize } from '../support/looks/every-size.ts'
import { DESKTOP } from '../support/open-page.ts'
import { button, card, choose, openEditor, openProducer, run, show } from '../support/producer-page.ts'
import { isFull } from '../../support/effort.ts'

const LONG = { timeout: 240_000 }

/** With two runs, the second of which has failures. */
const opened = shared(async () => {
  const app = await startListingApp()
  const page = await openProducer(app)
  await expectAtEverySize(page, page.getByText('Nothing has run yet'))
  await run(page, 'first run', '100 of 100')
  await app.backend.setFault({ kind: 'status', status: 500 })
  await run(page, 'first run', '100 of 100')
  return page
})

it('the run, before and after it', LONG, async () => {
  const page = await opened()
  await expectAtEverySize(page, page.getByLabel('Headline figures'))
})

it('the saved runs, one of them, and two compared', LONG, async () => {
  const page = await opened()
  await page.setViewportSize(DESKTOP)
  await show(page, 'Runs')
  await expectAtEverySize(page, page.getByRole('table', { name: 'Saved runs' }))
  await page.setViewportSize(DESKTOP)
  await page.getByRole('button', { name: 'first run', exact: true }).first().click()
  await expectAtEverySize(page, page.getByRole('heading', { name: 'first run', level: 2 }))
  await page.setViewportSize(DESKTOP)
  await show(page, 'Compare')
  await expectAtEverySize(page, page.getByRole('heading', { name: 'Compare' }))
})

it.runIf(isFull)('its dialogs and menus', LONG, async () => {
  const page = await opened()
  await page.setViewportSize(DESKTOP)
  await show(page, 'Run')
  const dialog = page.getByRole('dialog')
  for (const part of ['Target', 'Prompt', 'Load', 'Limits & SLO']) {
    await openEditor(page, 'first run', part)
    await expectAtEverySize(page, dialog)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  }
  await page.setViewportSize(DESKTOP)
  for (const item of ['Save as profile', 'Profiles and configurations']) {
    await choose(page, 'Profile', item)
    await expectAtEverySize(page, dialog)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  }
  for (const name of [/^Preset/, /^Profile/, /^Export/]) {
    await page.getByRole('button', { name }).click()
    await expectPopupAtEverySize(page, page.getByRole('menu'))
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'hidden' })
  }
  await page.getByRole('button', { name: /^Bridge/ }).click()
  await expectAtEverySize(page, dialog)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await button(page, 'Start first run').waitFor()
  await card(page, 'first run').waitFor()
})
