import { expect, it } from 'vitest'
import { startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { signIn } from '../../support/signed-in.ts'

it('shows placeholders until the configuration arrives', async () => {
  const app = await startApp()
  const context = await openContext(app.url)
  const { promise: told, resolve: tell } = Promise.withResolvers<void>()
  await context.route('**/admin/api/events*', async (route) => {
    await told
    await route.continue()
  })
  const page = await newPage(context)
  await page.goto(`${app.url}/admin`)
  await signIn(page)
  const canvas = createCanvasPage(page)
  const loading = canvas.region.getByRole('status', { name: 'Loading the canvas' })
  await loading.waitFor()
  expect(await canvas.region.getAttribute('aria-busy')).toBe('true')
  expect(await axeViolations(page)).toEqual([])
  tell()
  await canvas.card('endpoint', 'backend-1').waitFor()
  await loading.waitFor({ state: 'detached' })
  expect(await canvas.region.getAttribute('aria-busy')).toBe('false')
})
