// Tests a run with the test token of the session: no token is pasted, and none is left.
import { expect, it } from 'vitest'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { button, openEditor, openProducer, run, save } from '../support/producer-page.ts'

it('runs a card without a key, lists the models that its token reaches, and leaves no token behind', async () => {
  const app = await startListingApp()
  await app.admin.token('of a client')
  const page = await openProducer(app)
  await openEditor(page, 'first run', 'Target')
  await page.getByRole('group', { name: 'Models of the target' }).getByText('sim-model').click()
  expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('sim-model')
  await save(page)
  await run(page, 'first run', '100 of 100')
  const tokens = async () => (await app.admin.state()).client_tokens
  const counted = (await tokens()).map(({ name, total_requests }) => [name, total_requests])
  expect(counted).toEqual([
    ['of a client', 0],
    [expect.stringMatching(/^Load test [0-9a-f]{8}$/), 100],
  ])
  await page.getByRole('link', { name: 'Admin', exact: true }).click()
  // The usage tells it apart: it is left out by choice.
  await page.getByRole('link', { name: 'Usage', exact: true }).click()
  await page.getByRole('group', { name: 'Usage by' }).getByRole('button', { name: 'Client tokens' }).click()
  const rows = page.getByRole('table', { name: 'Usage by client tokens' }).locator('tbody').getByRole('row')
  await eventually(async () => expect(await rows.count()).toBe(2))
  await page.getByRole('switch', { name: 'Count load tests' }).click()
  await eventually(async () => expect(await rows.count()).toBe(1))
  await page.getByRole('group', { name: 'Usage by' }).getByRole('button', { name: 'Incoming blocks' }).click()
  await page.getByRole('switch', { name: 'Count load tests' }).click()
  const blocks = page.getByRole('table', { name: 'Usage by incoming blocks' }).locator('tbody')
  await eventually(async () => expect(await blocks.innerText()).not.toContain('100'))
  await page.getByRole('link', { name: 'Load Producer', exact: true }).click()
  await button(page, 'Start first run').waitFor()
  const { csrf_token: csrf } = (await (await page.request.get(`${app.url}/admin/api/session`)).json()) as {
    csrf_token: string
  }
  await page.request.delete(`${app.url}/admin/api/session`, { headers: { 'x-csrf-token': csrf } })
  await eventually(async () => expect((await tokens()).map(({ name }) => name)).toEqual(['of a client']))
})
