import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp, startListingApp } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { axeViolations } from '../../support/axe.ts'
import { expectWires, startDrawnApp } from '../../support/canvas-page.ts'
import { inspectorOf, openPalette, reveal, runCommand } from '../../support/inspector-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

async function openWithPalette() {
  const app = await startApp()
  await app.admin.token('chat-frontend')
  await app.admin.block('Batch')
  const page = await openSignedIn(app)
  await page.getByRole('group', { name: 'Incoming block Batch', exact: true }).waitFor()
  return { app, page }
}

/** For the tests that leave everything as it was. */
const withPalette = shared(openWithPalette)

const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' })

async function command(page: Page, text: string) {
  await page.keyboard.press('Control+K')
  await palette(page).getByRole('combobox').fill(text)
  await palette(page).getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await palette(page).waitFor({ state: 'hidden' })
}

it('finds and reveals every endpoint, client token and incoming block', async () => {
  const { page } = await withPalette()
  for (const [text, name] of [
    ['backend-1', 'backend-1'],
    ['chat-fr', 'chat-frontend'],
    ['batch', 'Batch'],
  ] as const) {
    await command(page, text)
    await page
      .getByRole('complementary', { name: /inspector/i })
      .getByText(name)
      .first()
      .waitFor()
  }
})

it.each([
  ['Add an endpoint', 'New endpoint'],
  ['Add a client token', 'New client token'],
  ['Add an incoming block', 'New incoming block'],
  ['List of keys', 'Keys'],
])('%s', async (text, name) => {
  const { page } = await withPalette()
  await command(page, text)
  const dialog = page.getByRole('dialog', { name })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
})

it('opens every view, the outline and the Load Producer', async () => {
  const { page } = await openWithPalette()
  for (const view of ['Usage', 'Audit', 'Settings']) {
    await command(page, view)
    await page.getByRole('heading', { name: view, exact: true }).waitFor()
  }
  await command(page, 'Canvas')
  await page.getByRole('region', { name: 'Canvas', exact: true }).waitFor()
  await command(page, 'Open the outline')
  await page.getByRole('complementary', { name: 'Outline' }).waitFor()
  await command(page, 'Search the outline')
  await command(page, 'Close the outline')
  await page.getByRole('complementary', { name: 'Outline' }).waitFor({ state: 'hidden' })
  await command(page, 'Load Producer')
  await page.waitForURL('**/load-producer/')
})

/** The actions on the page, in its menus and in the inspector's footer, by selection. */
const reached: readonly (readonly [selected: string, commands: readonly string[]])[] = [
  [
    '',
    [
      ...['Undo', 'Redo', 'Refresh', 'Sign out', 'Next theme', 'List of keys'],
      ...['Routing mode: Percentage', 'Routing mode: Priority', 'Routing mode: Balanced'],
      ...['Placement: Prefix', 'Placement: Load', 'Placement: Quota order'],
      ...['Put no client token first', 'Put chat-frontend first', 'Search the outline', 'Open the outline'],
      ...[
        'Canvas',
        'Usage',
        'Audit',
        'Settings',
        'Load Producer',
        'Close the inspector',
        'Open the inspector',
      ],
      ...['Zoom in', 'Zoom out', 'Zoom to 100 %', 'Fit everything into view', 'Tidy up the canvas'],
      ...['Add an endpoint', 'Add a client token', 'Add an incoming block', 'Delete what is selected'],
      ...['Reset statistics', 'Clear the cache', 'Vacuum the database'],
      ...['Export the configuration', 'Import a configuration'],
      ...['backend-1', 'chat-frontend', 'Batch'],
    ],
  ],
  [
    'backend-1',
    [
      ...['Save the changes of backend-1', 'Discard the changes of backend-1', 'Test backend-1'],
      ...['Disable backend-1', 'End the cooldown of backend-1', 'Close the inspector'],
    ],
  ],
  ['chat-frontend', ['Save the changes of chat-frontend', 'Discard the changes of chat-frontend']],
  ['Batch', ['Save the changes of Batch', 'Discard the changes of Batch', 'Add a client token']],
]

it('lists every action of the page, its header and its inspector', async () => {
  const { app, page } = await withPalette()
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  for (const [selected, commands] of reached) {
    if (selected !== '') await reveal(page, selected)
    const opened = await openPalette(page)
    for (const name of commands) {
      const option = opened.getByRole('option', { name, exact: false }).first()
      await option.waitFor({ state: 'attached' })
    }
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'hidden' })
  }
  await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
})

it('runs the actions of the inspector: test, save, discard, disable, remove a wire, act on several, close', async () => {
  const { app, page, canvas } = await startDrawnApp()
  const alpha = async () => (await app.admin.state()).endpoints.find(({ name }) => name === 'alpha')
  const inspector = await reveal(page, 'alpha')
  await runCommand(page, 'Test alpha')
  await inspector.getByText('Answered in').waitFor()
  await inspector.getByLabel('Token quota').fill('12')
  await runCommand(page, 'Save the changes')
  await eventually(async () => expect((await alpha())?.token_quota_percent).toBe(12))
  await inspector.getByLabel('Token quota').fill('13')
  await runCommand(page, 'Discard the changes')
  await eventually(async () => expect(await inspector.getByLabel('Token quota').inputValue()).toBe('12'))
  await runCommand(page, 'Disable alpha')
  await eventually(async () => expect((await alpha())?.enabled).toBe(false))

  await runCommand(page, 'Fit everything')
  await canvas.card('token', 'app').click({ modifiers: ['ControlOrMeta'] })
  await inspectorOf(page, '2 selected').waitFor()
  await runCommand(page, 'Enable the selected endpoints')
  await eventually(async () => expect((await alpha())?.enabled).toBe(true))
  await runCommand(page, 'Move the selected client tokens to Batch')
  const batch = (await app.admin.state()).incoming_blocks.find(({ name }) => name === 'Batch')
  await eventually(async () =>
    expect((await app.admin.state()).client_tokens[0]?.incoming_block_id).toBe(batch?.id),
  )

  const { x, y } = await canvas.pointOn('Live', 'alpha')
  await page.mouse.click(x, y)
  await inspectorOf(page, 'Live to alpha').waitFor()
  await runCommand(page, 'Remove the wire')
  await expectWires(app, [])
  await runCommand(page, 'Close the inspector')
  await page.getByRole('complementary', { name: /^Inspector/ }).waitFor({ state: 'hidden' })
  await runCommand(page, 'Open the inspector')
  await page.getByRole('complementary', { name: /^Inspector/ }).waitFor()
})

it('runs the actions on the gateway: prioritise, zoom, maintenance after a confirmation, export, import', async () => {
  const { app, page } = await openWithPalette()
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  await page.getByLabel('Prioritised input').waitFor()
  await runCommand(page, 'Put chat-frontend first')
  await eventually(async () => expect((await app.admin.state()).priority_input_token_id).not.toBeNull())
  await runCommand(page, 'Put no client token first')
  await eventually(async () => expect((await app.admin.state()).priority_input_token_id).toBeNull())
  const zoom = page.getByRole('button', { name: /^Zoom \d+ percent/ })
  await runCommand(page, 'Zoom to 100 %')
  await eventually(async () => expect(await zoom.getAttribute('aria-label')).toContain('Zoom 100 '))
  await runCommand(page, 'Zoom in')
  await eventually(async () => expect(await zoom.getAttribute('aria-label')).toContain('Zoom 120 '))
  await runCommand(page, 'Clear the cache')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Clear the cache' }).click()
  await page.getByText('The cache is empty').first().waitFor()
  const downloading = page.waitForEvent('download')
  await runCommand(page, 'Export the configuration')
  expect((await downloading).suggestedFilename()).toBe('load-balancer.yaml')
  await runCommand(page, 'Import a configuration')
  await page.getByLabel('Configuration file', { exact: true }).waitFor()
})

it('lists recent commands first, also after a reload, and stores no names', async () => {
  const { page } = await openWithPalette()
  await reveal(page, 'chat-frontend')
  await runCommand(page, 'Fit everything')
  await page.reload()
  const opened = await openPalette(page)
  const recent = opened.getByRole('group', { name: 'Recent' }).getByRole('option')
  // The palette can open before the page knows what there is.
  await eventually(async () =>
    expect(await recent.allTextContents()).toEqual([
      expect.stringContaining('Fit everything into view'),
      expect.stringContaining('chat-frontend'),
    ]),
  )
  expect(await opened.getByRole('option').first().textContent()).toContain('Fit everything into view')
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('chat-frontend')
})

it('runs the actions of the page: mode, undo, redo, theme, refresh, fit, tidy up, delete', async () => {
  const { app, page } = await openWithPalette()
  const mode = async () => (await app.admin.state()).routing_mode
  await command(page, 'Routing mode: Priority')
  await eventually(async () => expect(await mode()).toBe('priority'))
  await command(page, 'Undo')
  await eventually(async () => expect(await mode()).toBe('percentage'))
  await command(page, 'Redo')
  await eventually(async () => expect(await mode()).toBe('priority'))
  await command(page, 'Next theme')
  await page.getByText('Theme: light').first().waitFor()
  await command(page, 'Refresh')
  await page.getByText('Up to date').first().waitFor()
  await command(page, 'Fit everything')
  const before = (await app.admin.state()).incoming_blocks.map(({ pos_x, pos_y }) => [pos_x, pos_y])
  await command(page, 'Tidy up')
  await eventually(async () =>
    expect((await app.admin.state()).incoming_blocks.map(({ pos_x, pos_y }) => [pos_x, pos_y])).not.toEqual(
      before,
    ),
  )
  await command(page, 'Batch')
  await command(page, 'Delete what is selected')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
})

it('finds by letters that are not adjacent, reports no match, and passes axe', async () => {
  const { page } = await withPalette()
  await page.getByRole('button', { name: 'Search or run a command' }).click()
  await palette(page).getByRole('combobox').fill('chfr')
  await palette(page)
    .getByRole('option', { name: /^chat-frontend/ })
    .waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await palette(page).getByRole('combobox').fill('zzzzzz')
  await palette(page).getByText('Nothing of that name.').waitFor()
  await page.keyboard.press('Escape')
  await palette(page).waitFor({ state: 'hidden' })
})

it('finds models beyond those that it lists', async () => {
  const models = Array.from({ length: 1_100 }, (_, at) => `model-${String(at).padStart(4, '0')}`)
  const app = await startListingApp({ backends: [{ models }] })
  const page = await openSignedIn(app)
  await page.getByText('1,100 models').waitFor()
  await openPalette(page)
  await palette(page).getByRole('combobox').fill('model-1099')
  await palette(page).getByRole('option', { name: 'model-1099' }).click()
  await page.getByRole('table', { name: 'Models' }).getByRole('rowheader', { name: 'model-1099' }).waitFor()
})

it('has verbs for every named object, and says what they will do', async () => {
  const { app, page, alpha } = await startDrawnApp()
  await command(page, 'wire batch to beta')
  await expectWires(app, ['Batch>beta', 'Live>alpha'])
  await page.keyboard.press('Control+K')
  await palette(page).getByRole('combobox').fill('wire live to beta')
  await palette(page)
    .getByRole('option', { name: /Requests of Live may go to beta/ })
    .waitFor()
  await page.keyboard.press('Escape')
  await command(page, 'remove wire batch to beta')
  await expectWires(app, ['Live>alpha'])
  await command(page, 'wire batch like live')
  await expectWires(app, ['Batch>alpha', 'Live>alpha'])
  await command(page, 'disable alpha')
  await eventually(async () =>
    expect((await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)?.enabled).toBe(false),
  )
  await command(page, 'show requests of app')
  await page.getByRole('heading', { name: 'Requests' }).waitFor()
  const { client_tokens } = await app.admin.state()
  expect(await page.getByRole('combobox', { name: 'Client token' }).inputValue()).toBe(
    String(client_tokens.find(({ name }) => name === 'app')?.id),
  )
})
