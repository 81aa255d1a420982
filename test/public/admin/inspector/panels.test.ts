/** The inspector's other panels, its drafts and keys, and whether everybody can use it and the dialogs. */
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { startDrawnApp } from '../../support/canvas-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

const inspectorOf = (page: Page, name: string): Locator =>
  page.getByRole('complementary', { name: `Inspector: ${name}`, exact: true })

const figure = (inspector: Locator, caption: string): Locator =>
  inspector.getByRole('term').filter({ hasText: caption }).locator('xpath=../dd')

async function openCommand(page: Page, name: string): Promise<void> {
  // The key is heard once the workspace is there.
  await page.getByRole('banner').first().waitFor()
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Commands' })
  await palette.getByRole('combobox').fill(name)
  await palette.getByRole('option', { name }).first().click()
}

it('shows the gateway while nothing is selected, its figures missing rather than 0 until they are known', async () => {
  const { app, page } = await startDrawnApp()
  const gateway = inspectorOf(page, 'Gateway')
  await gateway.waitFor()
  expect(await figure(gateway, 'first token').innerText()).toBe('–')
  const { token } = await app.admin.token('caller')
  const answer = await app
    .openai(token)
    .chat.completions.create({ model: 'sim-model', messages: [{ role: 'user', content: 'Hello' }] })
  expect(answer.choices).toHaveLength(1)
  await eventually(async () => expect(await figure(gateway, 'served').innerText()).toBe('1'))
})

it('acts on several cards at once: disables endpoints in one step to undo, moves client tokens', async () => {
  const { app, page, canvas, batch } = await startDrawnApp()
  await canvas.card('endpoint', 'alpha').click()
  await canvas.card('endpoint', 'beta').click({ modifiers: ['ControlOrMeta'] })
  await canvas.card('token', 'app').click({ modifiers: ['ControlOrMeta'] })
  const several = inspectorOf(page, '3 selected')
  await several.getByRole('button', { name: 'Disable' }).click()
  const enabled = async () => (await app.admin.state()).endpoints.map((endpoint) => endpoint.enabled)
  await eventually(async () => expect(await enabled()).toEqual([false, false]))
  await canvas.undo.click()
  await eventually(async () => expect(await enabled()).toEqual([true, true]))
  await several.getByLabel('Incoming block').selectOption('Batch')
  await several.getByRole('button', { name: 'Move there' }).click()
  await eventually(async () =>
    expect((await app.admin.state()).client_tokens[0]?.incoming_block_id).toBe(batch.id),
  )
})

it('keeps an unsaved draft in sight from every other card, and leads back to it', async () => {
  const { page, canvas } = await startDrawnApp()
  await openCommand(page, 'alpha')
  await inspectorOf(page, 'alpha').getByLabel('Token quota').fill('33')
  await openCommand(page, 'beta')
  const beta = inspectorOf(page, 'beta')
  await beta.getByText('Not saved yet').waitFor()
  await beta.getByRole('button', { name: 'alpha', exact: true }).click()
  const alpha = inspectorOf(page, 'alpha')
  expect(await alpha.getByLabel('Token quota').inputValue()).toBe('33')
  await alpha.getByRole('button', { name: 'Discard' }).click()
  expect(await alpha.getByLabel('Token quota').inputValue()).toBe('0')
})

it('replaces and removes a key without ever showing it, and an empty box removes nothing', async () => {
  const { app, page, canvas, alpha } = await startDrawnApp()
  await app.admin.patchEndpoint(alpha.id, { api_key: 'sk-first-key-of-alpha' })
  await openCommand(page, 'alpha')
  const inspector = inspectorOf(page, 'alpha')
  const previewOf = async () =>
    (await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)?.api_key_preview
  await inspector.getByRole('button', { name: 'Replace' }).click()
  await inspector.getByLabel('Token quota').fill('20')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved alpha').first().waitFor()
  expect(await previewOf()).toBe('sk-f...lpha')
  await inspector.getByLabel('Upstream key').fill('sk-other-key-of-alpha-2')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await previewOf()).toBe('sk-o...ha-2'))
  await inspector.getByRole('button', { name: 'Remove' }).click()
  await inspector.getByText('The stored key will be removed.').waitFor()
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await previewOf()).toBe(''))
  expect(await page.content()).not.toContain('sk-other-key-of-alpha-2')
})

it('tries an endpoint as it is typed, before it is saved', async () => {
  const { page, canvas, app } = await startDrawnApp()
  await openCommand(page, 'alpha')
  const inspector = inspectorOf(page, 'alpha')
  await inspector.getByLabel('Base URL').fill(`${app.backend.baseUrl}/nowhere`)
  await inspector.getByRole('button', { name: 'Test' }).click()
  await inspector.getByText('Check the base URL: it mostly ends in /v1.').waitFor()
  await inspector.getByRole('button', { name: 'Discard' }).click()
  await inspector.getByRole('button', { name: 'Test' }).click()
  await inspector.getByText('Answered in').waitFor()
})

it.each(['dark', 'light'] as const)('can be used by everybody in the %s theme', async (colorScheme) => {
  const app = await startApp()
  await app.admin.token('reader')
  await app.admin.patchEndpoint(app.endpoint.id, { api_key: 'sk-first-key-of-alpha' })
  const page = await openSignedIn(app, { colorScheme, reducedMotion: 'reduce' })
  for (const name of ['backend-1', 'reader', 'Incoming 1']) {
    await openCommand(page, name)
    const inspector = inspectorOf(page, name)
    await inspector.waitFor()
    const closed = inspector.locator('h3 button[aria-expanded=false]')
    while ((await closed.count()) > 0) await closed.first().click()
    expect(await axeViolations(page), name).toEqual([])
  }
  await inspectorOf(page, 'Incoming 1').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('The last incoming block cannot be deleted').waitFor()
  expect(await axeViolations(page), 'delete').toEqual([])
  await page.keyboard.press('Escape')
  for (const [command, dialog] of [
    ['Add an endpoint', 'New endpoint'],
    ['Add an incoming block', 'New incoming block'],
    ['Add a client token', 'New client token'],
  ] as const) {
    await openCommand(page, command)
    const opened = page.getByRole('dialog', { name: dialog })
    await opened.getByRole('button', { name: 'Create' }).click()
    expect(await axeViolations(page), dialog).toEqual([])
    if (dialog === 'New client token') break
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'hidden' })
  }
  await page.getByLabel('Name').fill('shown')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('alertdialog', { name: 'Client token shown' }).waitFor()
  expect(await axeViolations(page), 'token').toEqual([])
})
