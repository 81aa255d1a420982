import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

it('sets the priority mode and the prioritised input, and undo reverts both', async () => {
  const app = await startApp()
  const token = await app.admin.token('urgent')
  const page = await openSignedIn(app)
  const bar = page.getByRole('banner')
  await bar.getByRole('group', { name: 'Routing mode' }).getByRole('button', { name: 'Priority' }).click()
  await bar.getByLabel('Prioritised input').selectOption({ label: 'urgent first' })
  await eventually(async () =>
    expect(await app.admin.state()).toMatchObject({
      routing_mode: 'priority',
      priority_input_token_id: token.id,
    }),
  )
  await bar.getByRole('button', { name: /^Undo: / }).click()
  await eventually(async () => expect((await app.admin.state()).priority_input_token_id).toBeNull())
  await bar.getByRole('button', { name: 'Redo: ' }).waitFor()
  await page.keyboard.press('Control+Z')
  await eventually(async () => expect((await app.admin.state()).routing_mode).toBe('percentage'))
  await bar.getByRole('button', { name: 'Undo', exact: true }).waitFor()
  await page.keyboard.press('Control+Shift+Z')
  await eventually(async () => expect((await app.admin.state()).routing_mode).toBe('priority'))
})

it('adds an endpoint, a client token and an incoming block from its menu', async () => {
  const app = await startApp()
  const page = await openSignedIn(app)
  for (const [entry, dialog] of [
    ['Add an endpoint', 'New endpoint'],
    ['Add a client token', 'New client token'],
    ['Add an incoming block', 'New incoming block'],
  ] as const) {
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('menuitem', { name: entry }).click()
    await page.getByRole('dialog', { name: dialog }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'hidden' })
  }
})

it('opens every view by a link of its own, and goes back', async () => {
  const app = await startApp()
  const page = await openSignedIn(app)
  const views = page.getByRole('navigation', { name: 'Views' })
  for (const name of ['Requests', 'Usage', 'Audit', 'Settings']) {
    await views.getByRole('link', { name }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    expect(page.url()).toContain(`#/${name.toLowerCase()}`)
    expect(await views.getByRole('link', { name }).getAttribute('aria-current')).toBe('page')
  }
  await page.goBack()
  await page.getByRole('heading', { name: 'Audit', exact: true }).waitFor()
  await views.getByRole('link', { name: 'Load Producer' }).click()
  await page.waitForURL('**/load-producer/')
})

it.each([
  ['a desk', { width: 1440, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
])('passes axe on %s in both themes, without sideways scrolling', async (_name, viewport) => {
  const app = await startApp()
  await app.admin.token('app')
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  const page = await openSignedIn(app, { viewport })
  await page.getByRole('status', { name: 'Live' }).waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)
})
