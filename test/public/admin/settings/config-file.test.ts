import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { chatOf, eventually, startApp, type RunningApp } from '../../../support/apps/running-app.ts'
import type { OpenOptions } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

const refusal = /status of 4(?:09|12|22)/

const openSettings = (app: RunningApp, options: OpenOptions = {}) =>
  openSignedIn(app, { path: '/admin#/settings', expectedErrors: refusal, ...options })

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const file = (page: Page) => page.getByLabel('Configuration file', { exact: true })
const difference = (page: Page) => page.getByRole('region', { name: 'What would change' })

async function compare(page: Page, yaml: string) {
  await file(page).fill(yaml)
  await button(page, 'Compare').click()
}

async function exported(page: Page): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download YAML').click()])
  expect(download.suggestedFilename()).toBe('load-balancer.yaml')
  return readFile(await download.path(), 'utf8')
}

it('exports a file without secrets whose import changes nothing', async () => {
  const app = await startApp({ endpoints: { api_key: 'sk-very-secret-0123456789' } })
  const token = await app.admin.token('app')
  const page = await openSettings(app)
  const yaml = await exported(page)
  expect(yaml).toContain('backend-1')
  expect(yaml).not.toContain('sk-very-secret')
  expect(yaml).not.toContain(token.token)
  expect(yaml).not.toContain('pos_x')
  await compare(page, yaml)
  await page.getByText('No changes: the file says what is configured.').waitFor()

  await page.getByRole('switch', { name: 'With positions on the canvas' }).click()
  expect(await exported(page)).toContain('pos_x')
})

it('shows the changes of a chosen file, and applies them only on request', async () => {
  const app = await startApp()
  const page = await openSettings(app)
  const yaml = `version: 1
endpoints:
  - name: backend-1
    base_url: ${app.backend.baseUrl}
    token_quota_percent: 70
  - name: vllm-b
    base_url: ${app.backend.baseUrl}
client_tokens:
  - name: mobile
    incoming_block: Incoming 1
`
  const before = await app.admin.state()
  await page
    .getByLabel('Configuration file from this computer')
    .setInputFiles({ name: 'lb.yaml', mimeType: 'application/yaml', buffer: Buffer.from(yaml) })
  await button(page, 'Compare').click()
  await difference(page).getByText('3 changes, none of them applied yet.').waitFor()
  const changes = difference(page).getByRole('listitem')
  expect(await changes.allInnerTexts()).toEqual([
    expect.stringMatching(/update\s+endpoint backend-1[^]*token quota percent\s*0[^]*70/),
    expect.stringMatching(/create\s+endpoint vllm-b/),
    expect.stringMatching(/create\s+client token mobile/),
  ])
  expect((await app.admin.state()).etag).toBe(before.etag)

  await difference(page).getByRole('button', { name: 'Apply 3 changes' }).click()
  const shown = page.getByRole('alertdialog', { name: 'A new client token' })
  const value = await shown.getByRole('listitem').getByText(/^ct-/).innerText()
  await shown.getByRole('button', { name: 'I have copied them' }).click()
  await page.getByText('3 changes are applied').first().waitFor()
  const after = await app.admin.state()
  expect(after.endpoints.map(({ name, token_quota_percent: quota }) => [name, quota])).toEqual([
    ['backend-1', 70],
    ['vllm-b', 0],
  ])
  const answer = await app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${value}` })
  expect(answer.status).toBe(200)
})

it('deletes objects that the file does not name only when asked to, after a confirmation', async () => {
  const app = await startApp({ backends: [{}, {}] })
  const page = await openSettings(app)
  const yaml = `version: 1\nendpoints:\n  - name: backend-1\n    base_url: ${app.backend.baseUrl}\n`
  await compare(page, yaml)
  await difference(page).getByText('"backend-2" is not in the file and stays').waitFor()
  await page.getByText('No changes').waitFor()

  await page.getByRole('switch', { name: 'Delete what the file does not name' }).click()
  await difference(page).waitFor({ state: 'detached' })
  await button(page, 'Compare').click()
  await difference(page).getByText('delete').waitFor()
  await difference(page).getByRole('button', { name: 'Apply 1 change' }).click()
  const question = page.getByRole('alertdialog', { name: 'Delete 1 and apply the rest?' })
  await question.getByText('endpoint backend-2').waitFor()
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect((await app.admin.state()).endpoints).toHaveLength(2)
  await difference(page).getByRole('button', { name: 'Apply 1 change' }).click()
  await question.getByRole('button', { name: 'Apply 1 change' }).click()
  await eventually(async () => expect((await app.admin.state()).endpoints).toHaveLength(1))
})

it('reports the line of each error and quotes it', async () => {
  const app = await startApp()
  const page = await openSettings(app)
  await compare(page, 'version: 1\nendpoints:\n  - name: a\n    base_url: nowhere\n    colour: red\n')
  const errors = page.getByRole('alert').filter({ hasText: 'This file cannot be read' })
  await errors.getByText('Line 4').waitFor()
  await errors.getByText('base_url: nowhere').waitFor()
  await errors.getByText('Line 5').waitFor()
  await file(page).fill('version: 1\n')
  await errors.waitFor({ state: 'hidden' })
})

it('applies nothing when the configuration has changed since the comparison, and compares again', async () => {
  const app = await startApp()
  const page = await openSettings(app)
  await compare(
    page,
    `version: 1\nendpoints:\n  - name: backend-1\n    base_url: ${app.backend.baseUrl}\n    token_quota_percent: 70\n`,
  )
  await difference(page).getByRole('button', { name: 'Apply 1 change' }).waitFor()
  await app.admin.patchEndpoint(app.endpoint.id, { token_quota_percent: 30 })
  await difference(page).getByRole('button', { name: 'Apply 1 change' }).click()
  await difference(page).getByText('Somebody changed the configuration meanwhile').waitFor()
  await eventually(async () => expect(await difference(page).getByRole('deletion').innerText()).toBe('30'))
  expect((await app.admin.state()).endpoints[0]?.token_quota_percent).toBe(30)
  await difference(page).getByRole('button', { name: 'Apply 1 change' }).click()
  await eventually(async () => expect((await app.admin.state()).endpoints[0]?.token_quota_percent).toBe(70))
})
