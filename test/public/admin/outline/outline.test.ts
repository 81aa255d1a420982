import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startApp } from '../../../support/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { PHONE } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

const outline = (page: Page) => page.getByRole('complementary', { name: 'Outline' })

async function openOutline(options: Parameters<typeof openSignedIn>[1] = {}) {
  const app = await startApp({ backends: [{}, {}] })
  await app.admin.token('chat-frontend', { preferred_endpoint_id: app.endpoint.id })
  await app.admin.patchEndpoint(app.endpoints[1]?.id ?? 0, { enabled: false })
  const page = await openSignedIn(app, options)
  await page.getByRole('button', { name: 'Open the outline' }).click()
  await outline(page).waitFor()
  return { app, page, row: (name: string | RegExp) => outline(page).getByRole('button', { name }) }
}

it('says of everything what it is, how it is and what it is joined to', async () => {
  const { row } = await openOutline()
  await row(/healthy backend-1 from Incoming 1/).waitFor()
  await row(/disabled backend-2/).waitFor()
  await row(/chat-frontend in Incoming 1, prefers backend-1/).waitFor()
  await row(/Incoming 1 1 client to backend-1, backend-2/).waitFor()
})

it('is walked by arrow keys, and shows what is chosen on the canvas', async () => {
  const { page } = await openOutline()
  await outline(page).getByRole('searchbox').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  expect(await focused()).toContain('backend-1')
  await page.keyboard.press('Enter')
  await page
    .getByRole('complementary', { name: /inspector/i })
    .getByText('backend-1')
    .first()
    .waitFor()
})

it('finds by name and by what is joined, and filters by state', async () => {
  const { page, row } = await openOutline()
  await outline(page).getByRole('searchbox').fill('chat')
  await row(/disabled backend-2/).waitFor({ state: 'hidden' })
  expect(await row(/chat-frontend/).count()).toBe(1)
  await outline(page).getByRole('searchbox').fill('')
  await outline(page).getByLabel('Filter').selectOption({ label: 'Not wired, disabled' })
  await row(/backend-1 /)
    .first()
    .waitFor({ state: 'hidden' })
  expect(await row(/disabled backend-2/).count()).toBe(1)
})

it('stays as it was left', async () => {
  const { page } = await openOutline()
  await page.reload()
  await outline(page).waitFor()
  await outline(page).getByRole('button', { name: 'Close the outline' }).click()
  await page.reload()
  await page.getByRole('region', { name: 'Canvas', exact: true }).waitFor()
  expect(await outline(page).count()).toBe(0)
})

it('keeps nobody out, on a desk and on a phone', async () => {
  const { page } = await openOutline({ viewport: PHONE })
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
