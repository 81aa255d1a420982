/** The admin page under its Content-Security-Policy. */
import { expect, it } from 'vitest'
import { startApp } from '../../support/apps/running-app.ts'
import { openPage } from '../support/open-page.ts'
import { openSignedIn } from '../support/signed-in.ts'

it('loads without a policy violation', async () => {
  const { url } = await startApp()
  const page = await openPage(`${url}/admin`)
  await page.getByRole('heading', { name: 'LLM Load Balancer' }).waitFor()
  expect(await page.title()).toBe('LLM Load Balancer')
})

it('shows the workspace after a sign-in with the admin token', async () => {
  const page = await openSignedIn(await startApp())
  await page.getByRole('heading', { name: 'LLM Load Balancer' }).waitFor()
})
