// Runs of the Load Producer against the real balancer and simulated backends: counts, stop, a cut connection.
import { expect, it } from 'vitest'
import { startApp, type RunningBackend } from '../../support/running-app.ts'
import { button, card, footerFigure, openEditor, openProducer, setNumber } from '../support/producer-page.ts'

const chats = ({ served }: RunningBackend): number => served().routes['/v1/chat/completions']?.requests ?? 0

it('lets a newcomer press Start and see figures', async () => {
  const app = await startApp()
  const page = await openProducer(app)
  await button(page, 'Start first run').click()
  await card(page, 'first run').getByText('100 of 100').waitFor()
  const headline = page.getByLabel('Headline figures')
  await headline.getByText('100', { exact: true }).waitFor()
  expect(chats(app.backend)).toBe(100)
  // The one question besides: which models there are.
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
