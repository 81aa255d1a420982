import { expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { layoutFaults } from '../../support/looks/layout.ts'
import { PHONE, TABLET } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

const path = '/admin#/settings'

it('resets the counters to 0 after a confirmation', async () => {
  const app = await startApp()
  await app.post('/v1/chat/completions', chatOf())
  await app.settled()
  const page = await openSignedIn(app, { path })
  await page.getByRole('button', { name: 'Reset statistics' }).click()
  const question = page.getByRole('alertdialog', { name: 'Reset all statistics?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect((await app.admin.state()).endpoints[0]?.total_requests).toBe(1)
  await page.getByRole('button', { name: 'Reset statistics' }).click()
  await question.getByRole('button', { name: 'Reset statistics' }).click()
  await page.getByText('Statistics are reset').first().waitFor()
  expect((await app.admin.state()).endpoints[0]?.total_requests).toBe(0)
})

it.each([
  ['Clear the cache', 'The cache is empty', 'gateway.clear_cache'],
  ['Vacuum the database', 'The database is vacuumed', 'gateway.vacuum_db'],
])('%s: runs, reports it, and writes an audit entry', async (label, done, action) => {
  const app = await startApp()
  const page = await openSignedIn(app, { path })
  await page.getByRole('button', { name: label }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: label }).click()
  await page.getByText(done).first().waitFor()
  const [newest] = await app.admin.call<{ action: string }[]>('GET', '/audit?limit=1')
  expect(newest?.action).toBe(action)
})

it.each([TABLET, PHONE])('the message of what succeeded covers no link: $width px', async (viewport) => {
  const app = await startApp()
  const page = await openSignedIn(app, { path, viewport })
  await page.getByRole('button', { name: 'Clear the cache' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Clear the cache' }).click()
  const message = page.getByRole('region', { name: 'Messages' }).getByText('The cache is empty').first()
  await message.waitFor()
  await page.getByRole('alertdialog').waitFor({ state: 'detached' })
  // It stays under the pointer.
  await message.hover()
  for (const name of ['Metrics', 'Health', 'OpenAPI'])
    for (const block of ['start', 'center', 'end'] as const) {
      await page.getByRole('link', { name }).evaluate((link, at) => link.scrollIntoView({ block: at }), block)
      const faults = await layoutFaults(page)
      expect(faults.filter((fault) => fault.startsWith(`a “${name}”`))).toEqual([])
    }
  // At the end of the view everything stands above the message.
  expect(await layoutFaults(page)).toEqual([])
  expect(await message.isVisible()).toBe(true)
})

it('reports a refusal with its status and request id', async () => {
  const app = await startApp({ environment: { LB_ADMIN_RATE_LIMIT_RPM: '1000000' } })
  const page = await openSignedIn(app, { path, expectedErrors: /status of 503/ })
  await page.route('**/admin/api/cache/clear', (route) =>
    route.fulfill({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': 'request-42' },
      body: JSON.stringify({
        title: 'Unavailable',
        status: 503,
        detail: 'Try again.',
        request_id: 'request-42',
      }),
    }),
  )
  await page.getByRole('button', { name: 'Clear the cache' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Clear the cache' }).click()
  const message = page.getByRole('region', { name: 'Messages' })
  await message.getByText('503').first().waitFor()
  await message.getByText('request-42').first().waitFor()
})

it('keeps the chosen theme', async () => {
  const app = await startApp()
  const page = await openSignedIn(app, { path, colorScheme: 'light' })
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await background()
  await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Dark' }).click()
  await eventually(async () => expect(await background()).not.toBe(light))
  const dark = await background()
  await page.reload()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  expect(await background()).toBe(dark)
})

it('links to the machine-readable resources', async () => {
  const app = await startApp()
  const page = await openSignedIn(app, { path })
  for (const name of ['Metrics', 'Health', 'OpenAPI']) {
    const href = await page.getByRole('link', { name }).getAttribute('href')
    const status = await page.evaluate(async (to) => (await fetch(to)).status, href ?? '')
    expect(status, name).toBe(200)
  }
})

it('passes axe in both themes and fits a phone', async () => {
  const app = await startApp()
  const page = await openSignedIn(app, { path })
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
