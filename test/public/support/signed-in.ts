/** Opens the admin page and signs in. */
import type { Page } from 'playwright-core'
import { ADMIN_TOKEN, type RunningApp } from '../../support/apps/running-app.ts'
import { openContext, type OpenOptions } from './open-page.ts'

/** Signs in through the form. */
export async function signIn(page: Page, token = ADMIN_TOKEN): Promise<void> {
  await page.getByLabel('Admin token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Admin token').waitFor({ state: 'hidden' })
}

/** @param path - path with fragment, such as `/admin#/audit`. */
export async function openSignedIn(
  app: Pick<RunningApp, 'url'>,
  { path = '/admin', ...options }: OpenOptions & { readonly path?: string } = {},
): Promise<Page> {
  const context = await openContext(app.url, options)
  const page = await context.newPage()
  await page.goto(app.url + path)
  await signIn(page)
  return page
}
