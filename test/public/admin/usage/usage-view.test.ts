import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf, isFull } from '../../../support/effort.ts'

async function startUsedApp() {
  const app = await startApp({ backends: [{}, {}] })
  const [loud, quiet] = [await app.admin.token('loud'), await app.admin.token('quiet')]
  const ask = (token: string) =>
    app.post('/v1/chat/completions', chatOf({ stream: true }), { authorization: `Bearer ${token}` })
  for (let count = 0; count < 3; count++) await ask(loud.token)
  await ask(quiet.token)
  await app.settled()
  const page = await openSignedIn(app, {
    path: '/admin#/usage',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  return { app, page, ask: () => ask(loud.token) }
}

const table = (page: Page, kind: string) => page.getByRole('table', { name: `Usage by ${kind}` })

/** The text of every cell, row by row. */
const cells = async (page: Page, kind: string) => {
  const rows = await table(page, kind).locator('tbody').getByRole('row').all()
  return Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()))
}

const show = async (page: Page, kind: string) => {
  await page.getByRole('group', { name: 'Usage by' }).getByRole('button', { name: kind }).click()
  await table(page, kind.toLowerCase()).waitFor()
}

it('shows requests, tokens and shares by endpoint, block and token, equal to the state', async () => {
  const { app, page } = await startUsedApp()
  await show(page, 'Client tokens')
  const { client_tokens: tokens } = await app.admin.state()
  const all = tokens.reduce((sum, token) => sum + token.completion_tokens_total, 0)
  const [first] = tokens
  const rows = await cells(page, 'client tokens')
  expect(rows.map(([name]) => name)).toEqual(['loud', 'quiet'])
  expect(rows[0]?.slice(1, 6)).toEqual(
    [
      first?.total_requests,
      first?.prompt_tokens_total,
      first?.cached_tokens_total,
      first?.completion_tokens_total,
      first?.reasoning_tokens_total,
    ].map(String),
  )
  expect(parseFloat(rows[0]?.[6] ?? '')).toBeCloseTo((100 * (first?.completion_tokens_total ?? 0)) / all, 0)

  await show(page, 'Incoming blocks')
  expect((await cells(page, 'incoming blocks'))[0]?.[1]).toBe('4')
  await show(page, 'Endpoints')
  const endpoints = await cells(page, 'endpoints')
  expect(endpoints.reduce((sum, [, requests]) => sum + Number(requests), 0)).toBe(4)
  // Success of those that had any.
  expect(endpoints.map((row) => row[7]).filter((text) => text !== '–')).toContain('100\u202f%')
})

it.runIf(isFull)('updates with the traffic', async () => {
  const { page, ask } = await startUsedApp()
  await show(page, 'Client tokens')
  await ask()
  await eventually(async () => expect((await cells(page, 'client tokens'))[0]?.[1]).toBe('4'))
})

it('sorts by each heading in both directions, filters by name, and links to the card', async () => {
  const { page } = await startUsedApp()
  await show(page, 'Client tokens')
  const names = async () => (await cells(page, 'client tokens')).map(([name]) => name)
  const heading = (name: string) => table(page, 'client tokens').getByRole('button', { name })
  await heading('Requests').click()
  await eventually(async () => expect(await names()).toEqual(['loud', 'quiet']))
  await heading('Requests').click()
  await eventually(async () => expect(await names()).toEqual(['quiet', 'loud']))
  expect(await page.getByRole('columnheader', { name: 'Requests' }).getAttribute('aria-sort')).toBe(
    'ascending',
  )
  await heading('Name').click()
  await eventually(async () => expect(await names()).toEqual(['loud', 'quiet']))

  const filter = page.getByRole('searchbox', { name: 'Filter client tokens' })
  await filter.fill('QUI')
  await eventually(async () => expect(await names()).toEqual(['quiet']))
  await filter.fill('nobody')
  await page.getByText('No name contains that.').waitFor()
  await filter.fill('')
  await page.getByRole('button', { name: 'Show quiet on the canvas' }).click()
  await page.getByRole('group', { name: 'Client token quiet', exact: true }).waitFor()
})

it('shows when streams took how long to begin at which endpoint, by pointer and by keyboard', async () => {
  const { app, page } = await startUsedApp()
  const grid = page.getByRole('grid', { name: 'Time to first token' })
  const served = (await app.admin.state()).endpoints.filter(({ total_requests }) => total_requests > 0)
  const names = served.map(({ name }) => name)
  await eventually(async () =>
    expect(await grid.getByRole('rowheader').allInnerTexts()).toEqual(
      names.length > 1 ? ['All endpoints', ...names] : names,
    ),
  )
  const first = grid.getByRole('row').nth(1).getByRole('gridcell')
  expect(await first.count()).toBe(30)
  // The requests were sent within seconds, which may lie in two steps.
  const streams = (await first.allInnerTexts()).map((text) => Number(/, (\d+) stream/.exec(text)?.[1] ?? 0))
  expect(streams.reduce((sum, one) => sum + one, 0)).toBe(4)

  const told = page.getByText(/^(All endpoints|backend-\d) · \d\d:\d\d:\d\d · /)
  expect(await told.count()).toBe(0)
  await first.last().hover()
  await told.waitFor()
  await page.mouse.move(0, 0)
  await eventually(async () => expect(await told.count()).toBe(0))
  await page.getByRole('button', { name: 'Show backend-1 on the canvas' }).focus()
  while (!(await grid.evaluate((table) => table.contains(document.activeElement))))
    await page.keyboard.press('Tab')
  await page.keyboard.press('Home')
  await page.getByText(/ · no stream$/).waitFor()
  await page.keyboard.press('End')
  expect(await first.last().evaluate((cell) => cell === document.activeElement)).toBe(true)
  // Beyond the edge there is nothing: the focus stays.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  expect(await first.nth(28).evaluate((cell) => cell === document.activeElement)).toBe(true)
})

it.runIf(isFull)(
  'copies the shown rows as CSV with plain numbers and names that a spreadsheet does not evaluate',
  async () => {
    const { app, page } = await startUsedApp()
    await app.admin.token('=SUM(A1), "x"')
    await show(page, 'Client tokens')
    await eventually(async () => expect(await cells(page, 'client tokens')).toHaveLength(3))
    await page.getByRole('button', { name: 'Copy as CSV' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).split(/\r?\n/)
    expect(lines[0]).toBe(
      '"Name","Requests","Prompt tokens","Cached","Completion tokens","Reasoning","Share"',
    )
    expect(lines[1]).toMatch(/^"loud",3,\d+,0,\d+,0,\d+(\.\d+)?$/)
    expect(lines[3]).toBe(`"'=SUM(A1), ""x""",0,0,0,0,0,0`)
  },
)

it('passes axe in both themes and fits a phone', async () => {
  const { page } = await startUsedApp()
  await page.getByRole('grid').waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
