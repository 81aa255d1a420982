// Runs in the browser against the real balancer and simulated backends: counts, stop, a lost connection.
import { expect, it, vi } from 'vitest'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { axeViolations } from '../support/axe.ts'
import { openInterruptibleProxy } from '../support/interruptible-proxy.ts'
import {
  button,
  card,
  chatCount,
  footerFigure,
  openEditor,
  openProducer,
  setNumber,
} from '../support/producer-page.ts'
import { casesOf, effort } from '../../support/effort.ts'

it('runs the default card and shows its figures', async () => {
  const app = await startListingApp()
  const page = await openProducer(app)
  expect(app.arrived(), 'before the start').toBe(0)
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  const headline = page.getByLabel('Headline figures')
  await headline.getByText('100', { exact: true }).waitFor()
  expect(chatCount(app.backend)).toBe(100)
  expect(app.arrived()).toBe(100)
  await page.getByRole('group', { name: 'Request log' }).getByText('backend-1').first().waitFor()
})

const MANY = effort(2_000, 600)

it('counts the same as the backends in a run of many requests at 200 in parallel', async () => {
  const short = { minTokens: 1, maxTokens: 4 }
  const app = await startListingApp({ backends: [short, short] })
  const page = await openProducer(app)
  await openEditor(page, 'first run', 'Load')
  await setNumber(page, 'Requests', String(MANY))
  await setNumber(page, 'Max parallel', '200')
  await button(page, 'Save').click()
  await button(page, 'Start first run').click()
  const all = MANY.toLocaleString('en-US')
  await card(page, 'first run').getByText(`${all} of ${all}`).waitFor({ timeout: 55_000 })
  expect(await footerFigure(page, 'failed').textContent()).toBe('0')
  const served = app.backends.map(chatCount)
  expect(served.reduce((sum, count) => sum + count, 0)).toBe(MANY)
  const rows = page.getByRole('table', { name: 'Results by group' }).getByRole('row')
  const answered: Record<string, string> = {}
  for (const row of (await rows.all()).slice(1)) {
    const cells = await row.getByRole('cell').allTextContents()
    answered[(await row.getByRole('rowheader').textContent()) ?? ''] = cells[1] ?? ''
  }
  const [first, second] = served.map((count) => count.toLocaleString('en-US'))
  expect(answered).toEqual({ 'backend-1': first, 'backend-2': second })
})

it('has no request in flight, also upstream, one second after Stop', async () => {
  const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
  const page = await openProducer(app)
  await button(page, 'Start first run').click()
  await eventually(() => expect(app.backend.served().running).toBe(8))
  await button(page, 'Stop first run').click()
  // One second is the documented limit; it usually takes far less.
  await vi.waitFor(() => expect(app.backend.served().running).toBe(0), { timeout: 1000, interval: 10 })
  await app.settled()
  await eventually(async () => expect(await footerFigure(page, 'in flight').textContent()).toBe('0'))
  expect(await footerFigure(page, 'failed').textContent()).toBe('0')
})

it('ends its runs when the socket closes, also upstream, shows it, reconnects and runs again', async () => {
  const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
  const proxy = await openInterruptibleProxy(app.port)
  // The page asks why the bridge refuses it; a font may be asked for only when a first figure needs it.
  const page = await openProducer(proxy, { expectedErrors: /WebSocket|ERR_CONNECTION/ })
  await button(page, 'Start first run').click()
  await eventually(() => expect(app.backend.served().running).toBe(8))
  await eventually(async () => expect(await footerFigure(page, 'in flight').textContent()).toBe('8'))
  await proxy.disconnect()
  await page.getByText(/^The runs have ended: The connection to the bridge broke/).waitFor()
  await card(page, 'first run').getByText('stopped').waitFor()
  await page.getByRole('button', { name: /^Bridge retry in \d+\ss$/ }).waitFor()
  await eventually(() => expect(app.backend.served().running).toBe(0))
  app.backend.configure({ ttftMs: 0 })
  await proxy.reconnect()
  await page.getByRole('button', { name: 'Bridge connected' }).waitFor()
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  await page.getByText(/^The runs have ended/).waitFor({ state: 'hidden' })
  expect(await footerFigure(page, 'failed').textContent()).toBe('0')
})

it('has no accessibility violation in both themes, and fits a desktop and a phone', async () => {
  const page = await openProducer(await startListingApp())
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size)
    // Only parts of the page scroll. Polled, because charts resize after the viewport.
    const pageSize = () =>
      page.evaluate(() => {
        const { scrollWidth: width, scrollHeight: height } = document.documentElement
        return { width, height }
      })
    await expect.poll(pageSize).toEqual(size)
  }
})
