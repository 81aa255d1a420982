import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { writeHistory } from '../../../support/apps/write-history.ts'
import { axeViolations } from '../../support/axe.ts'
import { openSignedIn } from '../../support/signed-in.ts'

const totals = async (page: Page): Promise<string[][]> => {
  const rows = await page.getByRole('table', { name: 'Totals of the history' }).locator('tbody tr').all()
  return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()))
}

it('shows the traffic of a window with the changes in it, and compares it with another', async () => {
  const app = await startApp({ backends: [{}, {}] })
  // Twice as many in the last day as in the one before.
  writeHistory(app.databasePath, 48, (hours) => (hours <= 24 ? 20 : 10))
  await app.admin.call('PATCH', '/endpoints/1', { max_concurrent: 7 })
  const page = await openSignedIn(app, { path: '/admin#/usage' })
  const history = page.getByRole('region', { name: 'History' })
  await history.getByRole('group', { name: 'Length' }).getByRole('button', { name: '24 h' }).click()
  await history.getByLabel('Compare with').selectOption({ label: 'Day before' })
  await eventually(async () => {
    const [requests] = await totals(page)
    expect(requests?.[0]).toBe('Requests')
    const [shown, other] = [Number(requests?.[1]?.replace(',', '')), Number(requests?.[2]?.replace(',', ''))]
    // The windows end within a step.
    expect(shown / other).toBeGreaterThan(1.9)
    expect(shown / other).toBeLessThan(2.1)
    expect(requests?.[3]).toMatch(/^\+2,8\d\d \(\+\d+(\.\d)?\u202f%\)$/)
  })
  await history.getByRole('img', { name: 'Requests over time' }).waitFor()
  const changes = history.getByRole('list', { name: 'Changes in this time' })
  await changes.getByText('update endpoint backend-1: max concurrent').waitFor()
  expect(await axeViolations(page)).toEqual([])

  await history.getByLabel('Of', { exact: true }).selectOption({ label: 'backend-2' })
  await eventually(async () => expect((await totals(page))[0]?.slice(1, 3)).toEqual(['0', '0']))
  await history.getByLabel('Until (empty: now)').fill('2001-01-01T10:00')
  await eventually(async () => expect((await totals(page))[0]?.[0]).toBeUndefined())
  await history.getByText('Nothing was recorded in this time.').waitFor()
})
