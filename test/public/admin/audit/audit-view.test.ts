import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { send } from '../../../support/clients/http-client.ts'
import { ADMIN_TOKEN, eventually, startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

const rows = (page: Page) => page.getByRole('region', { name: 'Audit' }).locator('tbody').getByRole('row')

const openAudit = async (app: Parameters<typeof openSignedIn>[0]) => {
  const page = await openSignedIn(app, {
    path: '/admin#/audit',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await rows(page).first().waitFor()
  return page
}

const expectRows = (page: Page, count: number) =>
  eventually(async () => expect(await rows(page).count()).toBe(count))

it('shows old and new values with names, and a new change without a reload', async () => {
  const app = await startApp()
  const page = await openAudit(app)
  await app.admin.patchEndpoint(app.endpoint.id, { token_quota_percent: 40 })
  const newest = rows(page).first()
  await newest.getByText('token quota percent').waitFor()
  expect(await newest.getByRole('deletion').allTextContents()).toEqual(['0'])
  expect(await newest.getByRole('insertion').allTextContents()).toEqual(['40'])

  const token = await app.admin.token('app')
  await app.admin.call('PATCH', '/routing', { priority_input_token_id: token.id })
  await newest.getByText('priority input token').waitFor()
  expect(await newest.getByRole('insertion').allTextContents()).toEqual(['app'])

  await newest.page().getByRole('button', { name: 'Show app on the canvas' }).first().click()
  await page.getByRole('group', { name: 'Client token app', exact: true }).waitFor()
})

it('filters by object, action, actor and text, reports no match, and clears the filter', async () => {
  const app = await startApp()
  await app.admin.block('Batch')
  const token = await app.admin.token('nightly')
  await app.admin.call('PATCH', `/tokens/${token.id}`, { request_priority: 7 })
  const page = await openAudit(app)
  const all = await rows(page).count()
  expect(all).toBeGreaterThanOrEqual(4)

  expect(await page.getByLabel('Action').isDisabled()).toBe(true)
  await page.getByLabel('Object').selectOption('Client tokens')
  await expectRows(page, 2)
  await page.getByLabel('Action').selectOption('update')
  await expectRows(page, 1)
  await rows(page).getByText('request priority').waitFor()

  await page.getByRole('button', { name: 'Clear' }).click()
  await expectRows(page, all)
  await page.getByLabel('Text').fill('BATCH')
  await expectRows(page, 1)
  await page.getByLabel('Actor').fill('admin:nobody')
  await page.getByText('Nothing in the audit fits this filter.').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByLabel('Since').fill('2099-01-01T00:00')
  await page.getByText('Nothing in the audit fits this filter.').waitFor()
  await page.getByLabel('Since').fill('')
  await page.getByLabel('Until').fill('2000-01-01T00:00')
  await page.getByText('Nothing in the audit fits this filter.').waitFor()
})

it('loads older changes page by page up to the first', async () => {
  const app = await startApp()
  for (let quota = 1; quota <= 60; quota++)
    await app.admin.patchEndpoint(app.endpoint.id, { token_quota_percent: quota })
  const all = (await app.admin.call<unknown[]>('GET', '/audit?limit=1000')).length
  const page = await openAudit(app)
  await expectRows(page, 50)
  await page.getByRole('button', { name: 'Show older changes' }).click()
  await expectRows(page, all)
  await page.getByText('That is all.').waitFor()
})

it('copies the request id that the response had', async () => {
  const app = await startApp()
  const answer = await send(`${app.url}/admin/api/incoming-blocks`, {
    method: 'POST',
    headers: { 'x-admin-token': ADMIN_TOKEN },
    body: JSON.stringify({ name: 'Batch' }),
  })
  const page = await openAudit(app)
  await rows(page).first().getByRole('button', { name: 'Copy request id' }).click()
  await eventually(async () =>
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(answer.headers['x-request-id']),
  )
})

it('shows markup in a name as text, and passes axe in both themes', async () => {
  const app = await startApp()
  await app.admin.block('<img src=x onerror=alert(1)>')
  const page = await openAudit(app)
  await rows(page).getByText('<img src=x onerror=alert(1)>').first().waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
