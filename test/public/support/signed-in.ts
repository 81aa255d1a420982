/** Opens the admin page and signs in. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ADMIN_TOKEN, type RunningApp } from '../../support/apps/running-app.ts'
import { newPage, openContext, type OpenOptions } from './open-page.ts'

/** Signs in through the form. */
export async function signIn(page: Page, token = ADMIN_TOKEN): Promise<void> {
  await page.getByLabel('Admin token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Admin token').waitFor({ state: 'hidden' })
}

/** Signs in by the API and waits for the workspace. @param path - path with fragment, such as `/admin#/audit` */
export async function openSignedIn(
  app: Pick<RunningApp, 'url'>,
  { path = '/admin', ...options }: OpenOptions & { readonly path?: string } = {},
): Promise<Page> {
  const context = await openContext(app.url, options)
  const session = await context.request.post(`${app.url}/admin/api/session`, { data: { token: ADMIN_TOKEN } })
  expect(session.status()).toBe(200)
  const page = await newPage(context)
  await page.goto(app.url + path)
  await page.getByRole('banner').first().waitFor()
  return page
}
