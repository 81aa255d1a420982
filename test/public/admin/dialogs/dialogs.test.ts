/** Dialogs with input: they are not lost by accident, help with addresses, and hand the focus on. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { createCanvasPage, expectInView } from '../../support/canvas-page.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { signIn } from '../../support/signed-in.ts'

/** The accessible name of the focused element, as the page gives it. */
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
  )

const expectFocus = (page: Page, name: RegExp): Promise<void> =>
  eventually(async () => expect(await focused(page)).toMatch(name))

it('asks before it discards what was filled in, proposes an address, and hands the focus on', async () => {
  const app = await startApp({ backends: [{}, {}] })
  const page = await newPage(await openContext(app.url, { expectedErrors: /status of 422/ }))
  await page.goto(`${app.url}/admin`)
  await signIn(page)
  // The configuration has no client token yet.
  await expectFocus(page, /Make a client token|Search or run a command/)

  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Add an endpoint' }).click()
  const dialog = page.getByRole('dialog', { name: 'New endpoint' })
  await dialog.getByLabel('Base URL').fill('127.0.0.1:9999')
  await page.mouse.click(5, 300)
  const question = page.getByRole('alertdialog', { name: 'Discard what you have filled in?' })
  await question.getByRole('button', { name: 'Keep editing' }).click()
  await question.waitFor({ state: 'hidden' })
  expect(await dialog.getByLabel('Base URL').inputValue()).toBe('127.0.0.1:9999')

  await dialog.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByText(/Takes an http or https URL/).waitFor()
  expect(await page.getByRole('region', { name: 'Messages' }).getByText('HTTP 422').count()).toBe(0)
  await dialog.getByRole('button', { name: 'http://127.0.0.1:9999/v1' }).click()
  expect(await dialog.getByLabel('Base URL').inputValue()).toBe('http://127.0.0.1:9999/v1')
  await dialog.getByText(/Takes an http or https URL/).waitFor({ state: 'detached' })

  await dialog.getByLabel('Name').fill('third')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const card = createCanvasPage(page).card('endpoint', 'third')
  await eventually(() => expectInView(page, card))
  await expectFocus(page, /^Endpoint third$/)

  await page.keyboard.press('Delete')
  await page
    .getByRole('alertdialog', { name: 'Delete third?' })
    .getByRole('button', { name: 'Delete' })
    .click()
  await card.waitFor({ state: 'detached' })
  await expectFocus(page, /^Endpoint backend-/)
})

it('leaves the focus after the sign-in to whoever has taken it', async () => {
  const app = await startApp()
  const page = await newPage(await openContext(app.url))
  await page.goto(`${app.url}/admin`)
  await page.evaluate(() => {
    // As soon as it is there, which is sooner than a person can press.
    new MutationObserver((_records, observer) => {
      const add = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Add')
      if (add === undefined || document.querySelector('[data-modal]')) return
      observer.disconnect()
      add.focus()
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })
  await signIn(page)
  await expectFocus(page, /^Add$/)
  // For longer than the page holds the focus that it gives.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 30; frame += 1) await new Promise(requestAnimationFrame)
  })
  expect(await focused(page)).toBe('Add')
})
