import type { Page, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import { ADMIN_TOKEN, eventually, startApp } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { axeViolations } from '../../support/axe.ts'
import { runCommand } from '../../support/inspector-page.ts'
import { newPage, openContext, openPage } from '../../support/open-page.ts'
import { openSignedIn, signIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

/** Its sessions end with the tests that began them. */
const running = shared(startApp)

const refusal = /status of 4(?:01|03|29)/

it('accepts the admin token, stores it nowhere, and signs out', async () => {
  const app = await running()
  // A request of the page may be on its way when the session ends.
  const page = await openSignedIn(app, { expectedErrors: refusal })
  await page.getByRole('button', { name: 'More' }).waitFor()
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  )
  expect(kept).not.toContain(ADMIN_TOKEN)
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })

  await page.reload()
  await signOut(page)
  await page.reload()
  await page.getByLabel('Admin token').waitFor()
})

it('returns to the Load Producer after a sign-in that it asked for', async () => {
  const app = await running()
  const page = await openPage(`${app.url}/load-producer/`)
  await signIn(page)
  await page.waitForURL('**/load-producer/')
  await page.getByRole('button', { name: /Bridge/ }).waitFor()
})

const foreign = [
  '//elsewhere.example/',
  'javascript:alert(1)',
  'https://elsewhere.example/load-producer/',
  '/load-producer/../../elsewhere',
  '/admin/api/state',
]

it.each(casesOf(foreign, 2))('ignores a next page of %s', async (next) => {
  const app = await running()
  const page = await openPage(`${app.url}/admin?next=${encodeURIComponent(next)}`)
  await signIn(page)
  await page.getByRole('region', { name: 'Canvas', exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/admin')
})

it('signs out from the palette', async () => {
  const app = await running()
  // A request of the page may be on its way when the session ends.
  const page = await openSignedIn(app, { expectedErrors: refusal })
  await runCommand(page, 'Sign out')
  await page.getByLabel('Admin token').waitFor()
  await page.reload()
  await page.getByLabel('Admin token').waitFor()
  expect(await page.context().cookies()).toEqual([])
})

it('explains why a token is refused, and shows the typed token on request', async () => {
  const app = await running()
  const page = await openPage(`${app.url}/admin`, { expectedErrors: refusal })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Enter the admin token.').waitFor()
  const field = page.getByLabel('Admin token')
  await field.fill('not-the-token')
  expect(await field.getAttribute('type')).toBe('password')
  await page.getByRole('button', { name: 'Show it' }).click()
  await eventually(async () => expect(await field.getAttribute('type')).toBe('text'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This is not the admin token.').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await signIn(page)
})

it('shows when to try again after too many wrong tokens', async () => {
  const app = await startApp()
  const page = await openPage(`${app.url}/admin`, { expectedErrors: refusal })
  for (let tries = 0; tries < 25; tries++)
    await app.send('/admin/api/session', {
      method: 'POST',
      body: JSON.stringify({ token: `wrong-${tries}` }),
    })
  await page.getByLabel('Admin token').fill('wrong-again')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText(/Try again in \d+/).waitFor()
})

it('reports that the balancer does not respond, and continues when it does', async () => {
  const app = await running()
  const context = await openContext(app.url, { expectedErrors: /Failed to load resource/ })
  const page = await newPage(context)
  await page.route('**/admin/api/session', (route) => route.abort())
  await page.goto(`${app.url}/admin`)
  await page.getByText('The load balancer does not answer.').waitFor()
  await page.unroute('**/admin/api/session')
  await page.getByRole('button', { name: 'Try again' }).click()
  await signIn(page)
})

it('asks for a new sign-in over a page that keeps its drafts', async () => {
  const app = await running()
  const page = await openSignedIn(app, { path: '/admin#/settings', expectedErrors: refusal })
  await page.getByLabel('Configuration file', { exact: true }).fill('version: 1')
  await page.context().clearCookies()
  // A call that the page makes on its own may find out first, after which the page is inert.
  await page.getByRole('button', { name: 'Compare' }).dispatchEvent('click')
  await page.getByText('Your session has ended').waitFor()
  // The page behind is inert.
  expect(
    await page
      .getByRole('button', { name: 'Compare' })
      .evaluate((button) => button.closest('[inert]') !== null),
  ).toBe(true)
  await signIn(page)
  expect(await page.getByLabel('Configuration file', { exact: true }).inputValue()).toBe('version: 1')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('No changes').waitFor()
})

it('asks for a new sign-in over an open dialog, which keeps its fields', async () => {
  const app = await running()
  const page = await openSignedIn(app, { expectedErrors: refusal })
  await runCommand(page, 'Add an incoming block')
  const dialog = page.getByRole('dialog', { name: 'New incoming block' })
  await dialog.getByLabel('Name').fill('half-made')
  const create = await dialog.getByRole('button', { name: 'Create' }).elementHandle()
  await page.context().clearCookies()
  // At once, and only once: another request may end the session first, and take the button away.
  await create?.evaluate((button: HTMLElement) => button.click())
  await page.getByText('Your session has ended').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await signIn(page)
  expect(await dialog.getByLabel('Name').inputValue()).toBe('half-made')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('complementary', { name: 'Inspector: half-made' }).waitFor()
})

it('continues in one tab after another tab has signed in again', async () => {
  const app = await running()
  const context = await openContext(app.url, { expectedErrors: refusal })
  const [first, second] = [await newPage(context), await context.newPage()]
  await first.goto(`${app.url}/admin#/settings`)
  await signIn(first)
  await first.getByRole('status', { name: 'Live' }).waitFor()
  await context.clearCookies()
  await second.goto(`${app.url}/admin`)
  await signIn(second)
  // Its CSRF token belongs to the previous session.
  await first.getByLabel('Configuration file', { exact: true }).fill('version: 1')
  await first.getByRole('button', { name: 'Compare' }).click()
  await first.getByText('No changes').waitFor()
  expect(await first.getByLabel('Admin token').count()).toBe(0)
})

it('continues in a tab that asks for a sign-in once another tab has signed in', async () => {
  const app = await running()
  const context = await openContext(app.url, { expectedErrors: refusal })
  const [first, second] = [await newPage(context), await context.newPage()]
  await first.goto(`${app.url}/admin#/settings`)
  await signIn(first)
  await first.getByLabel('Configuration file', { exact: true }).fill('version: 1')
  await second.goto(`${app.url}/admin`)
  await signOut(second)
  await first.getByLabel('Admin token').waitFor()
  await signIn(second)
  await first.getByLabel('Admin token').waitFor({ state: 'detached' })
  await first.getByRole('button', { name: 'Compare' }).click()
  await first.getByText('No changes').waitFor()
})

it('signs out every tab of a session', async () => {
  const app = await running()
  const context = await openContext(app.url, { expectedErrors: refusal })
  const [first, second] = [await newPage(context), await context.newPage()]
  await first.goto(`${app.url}/admin`)
  await signIn(first)
  await second.goto(`${app.url}/admin`)
  await signOut(second)
  await eventually(async () => expect(await first.getByLabel('Admin token').count()).toBe(1))
})

/** Holds the first GET of a path from now on. */
async function holdGet(page: Page, path: string) {
  const asked = Promise.withResolvers<Route>()
  let isHeld = false
  await page.route(path, async (route) => {
    if (isHeld || route.request().method() !== 'GET') return route.continue()
    isHeld = true
    asked.resolve(route)
  })
  return { asked: asked.promise }
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('Admin token').waitFor()
}

/** Signs in again while a request of the session before has no response yet, which then comes. */
async function signInBefore(page: Page, held: Route): Promise<void> {
  const response = await held.fetch()
  expect(response.status()).toBe(401)
  await signIn(page)
  await held.fulfill({ response })
  // Its own response comes after the late one.
  expect(await page.evaluate(async () => (await fetch('/admin/api/session')).status)).toBe(200)
  expect(await page.getByLabel('Admin token').count()).toBe(0)
}

it('stays signed in when a view of the session before gets its refusal', async () => {
  const app = await running()
  const page = await openSignedIn(app, { expectedErrors: refusal })
  const { asked } = await holdGet(page, '**/admin/api/audit*')
  await page.goto(`${app.url}/admin#/audit`)
  const route = await asked
  await signOut(page)
  await signInBefore(page, route)
})

it('stays signed in when it is told late that it had been signed out', async () => {
  const app = await running()
  const page = await openSignedIn(app, { expectedErrors: refusal })
  await signOut(page)
  const { asked } = await holdGet(page, '**/admin/api/session')
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await signInBefore(page, await asked)
})

it('passes axe in both themes and fits a phone', async () => {
  const app = await running()
  const page = await openPage(`${app.url}/admin`)
  await page.getByLabel('Admin token').waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
