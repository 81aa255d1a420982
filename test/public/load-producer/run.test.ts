// Runs of the Load Producer against the real balancer and simulated backends: counts, stop, a cut connection.
import { expect, it, vi } from 'vitest'
import { eventually, startApp } from '../../support/apps/running-app.ts'
import { axeViolations } from '../support/axe.ts'
import { openCuttableWay } from '../support/cuttable-way.ts'
import {
  button,
  card,
  chats,
  footerFigure,
  headlineFigure,
  openEditor,
  openProducer,
  setNumber,
} from '../support/producer-page.ts'

it('lets a newcomer press Start and see figures', async () => {
  const app = await startApp()
  const page = await openProducer(app)
  expect(app.arrived(), 'before anybody asked for anything').toBe(0)
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  const headline = page.getByLabel('Headline figures')
  await headline.getByText('100', { exact: true }).waitFor()
  expect(chats(app.backend)).toBe(100)
  // The one question besides: which models there are, as the card names none.
  expect(app.arrived()).toBe(101)
  await page.getByRole('group', { name: 'Request log' }).getByText('backend-1').first().waitFor()
})

it('counts a run of 2,000 requests at 200 in parallel as the backends do', async () => {
  const app = await startApp({ backends: [{}, {}] })
  const page = await openProducer(app)
  await openEditor(page, 'first run', 'Load')
  await setNumber(page, 'Requests', '2000')
  await setNumber(page, 'Max parallel', '200')
  await button(page, 'Save').click()
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('2,000 of 2,000').waitFor({ timeout: 55_000 })
  expect(await footerFigure(page, 'failed').textContent()).toBe('0')
  const served = app.backends.map(chats)
  expect(served.reduce((sum, count) => sum + count, 0)).toBe(2000)
  const rows = page.getByRole('table', { name: 'Results by group' }).getByRole('row')
  const answered: Record<string, string> = {}
  for (const row of (await rows.all()).slice(1)) {
    const cells = await row.getByRole('cell').allTextContents()
    answered[(await row.getByRole('rowheader').textContent()) ?? ''] = cells[1] ?? ''
  }
  const [first, second] = served.map((count) => count.toLocaleString('en-US'))
  expect(answered).toEqual({ 'backend-1': first, 'backend-2': second })
})

it('leaves nothing in flight within a second of Stop, upstream included', async () => {
  const app = await startApp({ backends: [{ ttftMs: 60_000 }] })
  const page = await openProducer(app)
  await button(page, 'Start first run').click()
  await eventually(() => expect(app.backend.served().running).toBe(8))
  await button(page, 'Stop first run').click()
  // Counted from the click's return; the budget is the promise itself, far above what it takes.
  await vi.waitFor(() => expect(app.backend.served().running).toBe(0), { timeout: 1000, interval: 10 })
  await app.settled()
  await eventually(async () => expect(await footerFigure(page, 'in flight').textContent()).toBe('0'))
  expect(await footerFigure(page, 'failed').textContent()).toBe('0')
})

it('fails as network what a cut socket takes along, says so, reconnects and goes on', async () => {
  const app = await startApp({ backends: [{ ttftMs: 60_000 }] })
  const way = await openCuttableWay(app.port)
  const page = await openProducer(way, { expectedErrors: /WebSocket/ })
  await button(page, 'Start first run').click()
  await eventually(() => expect(app.backend.served().running).toBe(8))
  await way.cut()
  await card(page, 'first run').getByText('8 of 100').waitFor()
  await page.getByText(/^No bridge: .+ Requests wait until it is back\.$/).waitFor()
  await page.getByRole('button', { name: /^Bridge retry in \d+\ss$/ }).waitFor()
  expect(await headlineFigure(page, 'errors').textContent()).toContain('network 8')
  await eventually(() => expect(app.backend.served().running).toBe(0))
  app.backend.configure({ ttftMs: 0 })
  await way.mend()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  await page.getByText(/^No bridge:/).waitFor({ state: 'hidden' })
  expect(await footerFigure(page, 'failed').textContent()).toBe('8')
  expect(chats(app.backend)).toBe(100)
})

it('keeps nobody out, in dark and in light, and fits a phone', async () => {
  const page = await openProducer(await startApp())
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size)
    // Its parts scroll, the page itself does not: below it there is nothing.
    const whole = await page.evaluate(() => {
      const { scrollWidth: width, scrollHeight: height } = document.documentElement
      return { width, height }
    })
    expect(whole).toEqual(size)
  }
})
