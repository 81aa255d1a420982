/** Two operators on one configuration: each sees the other's changes, and neither overwrites the other without a question. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually } from '../../support/apps/running-app.ts'
import { startDrawnApp } from '../support/canvas-page.ts'
import { inspectorOf, reveal } from '../support/inspector-page.ts'

async function startTwoTabs() {
  const started = await startDrawnApp({ expectedErrors: /status of 412/ })
  const second = await started.page.context().newPage()
  await second.goto(`${started.app.url}/admin`)
  await second.getByRole('group', { name: 'Endpoint alpha', exact: true }).waitFor()
  const quota = async () =>
    (await started.app.admin.state()).endpoints.find(({ id }) => id === started.alpha.id)?.token_quota_percent
  return { ...started, first: started.page, second, quota }
}

/** Time at which the page first shows a card of that name, in ms since the epoch by the page's clock. */
const whenShown = (page: Page, name: string): Promise<number> =>
  page.evaluate(
    (label) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          if (document.querySelector(`[aria-label="${label}"]`) === null) return
          observer.disconnect()
          resolve(performance.timeOrigin + performance.now())
        }
        const observer = new MutationObserver(look)
        observer.observe(document.body, { subtree: true, childList: true, attributes: true })
        look()
      }),
    name,
  )

/** Time at which the last response of that path arrived, in ms since the epoch by the page's clock. */
const whenAnswered = (page: Page, path: string): Promise<number> =>
  page.evaluate((end) => {
    const calls = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith(end))
    return performance.timeOrigin + (calls.at(-1) as PerformanceResourceTiming).responseEnd
  }, path)

it('shows a change of one tab in the other within a second of its acknowledgement', async () => {
  const { first, second, batch } = await startTwoTabs()
  await reveal(first, 'Batch')
  let inspector = inspectorOf(first, 'Batch')
  for (const name of ['Nightly', 'Weekly', 'Monthly']) {
    const shown = whenShown(second, `Incoming block ${name}`)
    await inspector.getByLabel('Name').fill(name)
    await inspector.getByRole('button', { name: 'Save' }).click()
    const shownMs = await shown
    inspector = inspectorOf(first, name)
    await inspector.getByRole('button', { name: 'Discard' }).waitFor({ state: 'hidden' })
    expect(shownMs - (await whenAnswered(first, `/incoming-blocks/${batch.id}`))).toBeLessThan(1000)
  }
})

it('asks the second of two operators who save the same endpoint, and every button of the question works', async () => {
  const { first, second, quota } = await startTwoTabs()
  const [here, there] = [await reveal(first, 'alpha'), await reveal(second, 'alpha')]
  const type = async (inspector: typeof here, value: string) =>
    inspector.getByLabel('Token quota').fill(value)
  const save = (inspector: typeof here) => inspector.getByRole('button', { name: 'Save' }).click()
  const dialog = second.getByRole('alertdialog', { name: 'Changed by someone else meanwhile' })
  const versions = () =>
    dialog
      .getByRole('row', { name: /Token quota/ })
      .getByRole('cell')
      .allTextContents()

  await type(there, '20')
  await type(here, '10')
  await save(here)
  await eventually(async () => expect(await quota()).toBe(10))
  await save(there)
  await dialog.waitFor()
  expect(await versions()).toEqual(['0', '20', '10'])
  await dialog.getByRole('button', { name: 'Back to editing' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await there.getByLabel('Token quota').inputValue()).toBe('20')
  expect(await quota()).toBe(10)

  await save(there)
  await dialog.getByRole('button', { name: 'Take theirs' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await eventually(async () => expect(await there.getByLabel('Token quota').inputValue()).toBe('10'))
  await there.getByRole('button', { name: 'Discard' }).waitFor({ state: 'detached' })

  await type(there, '30')
  await type(here, '11')
  await save(here)
  await eventually(async () => expect(await quota()).toBe(11))
  await save(there)
  await dialog.waitFor()
  expect(await versions()).toEqual(['10', '30', '11'])
  await dialog.getByRole('button', { name: 'Keep mine' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await eventually(async () => expect(await quota()).toBe(30))
  await eventually(async () => expect(await here.getByLabel('Token quota').inputValue()).toBe('30'))
})

it('merges what two operators have changed in different fields, without a question', async () => {
  const { app, first, second, alpha } = await startTwoTabs()
  const [here, there] = [await reveal(first, 'alpha'), await reveal(second, 'alpha')]
  await there.getByLabel('Token quota').fill('20')
  await here.getByLabel('Base URL').fill('http://10.0.0.9:8000/v1')
  await here.getByRole('button', { name: 'Save' }).click()
  await there.getByText('http://10.0.0.9:8000/v1', { exact: true }).waitFor()
  await there.getByRole('button', { name: 'Save' }).click()
  await second.getByText('Others have changed other fields meanwhile: both are kept.').first().waitFor()
  expect((await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)).toMatchObject({
    token_quota_percent: 20,
    base_url: 'http://10.0.0.9:8000/v1',
  })
})
