import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { openSignedIn } from '../../support/signed-in.ts'

async function openWithPalette() {
  const app = await startApp()
  await app.admin.token('chat-frontend')
  await app.admin.block('Batch')
  const page = await openSignedIn(app)
  await page.getByRole('group', { name: 'Incoming block Batch', exact: true }).waitFor()
  return { app, page }
}

const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' })

async function command(page: Page, text: string) {
  await page.keyboard.press('Control+K')
  await palette(page).getByRole('combobox').fill(text)
  await palette(page).getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await palette(page).waitFor({ state: 'hidden' })
}

it('goes to any endpoint, client token and incoming block', async () => {
  const { page } = await openWithPalette()
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
])('%s', async (text, dialog) => {
  const { page } = await openWithPalette()
  await command(page, text)
  await page.getByRole('dialog', { name: dialog }).waitFor()
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

it('does what can be done: mode, undo, redo, theme, refresh, fit, tidy up, delete', async () => {
  const { app, page } = await openWithPalette()
  const mode = async () => (await app.admin.state()).routing_mode
  await command(page, 'Switch the routing mode')
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

it('finds by letters in between, says when there is nothing, and keeps nobody out', async () => {
  const { page } = await openWithPalette()
  await page.getByRole('button', { name: 'Search or run a command' }).click()
  await palette(page).getByRole('combobox').fill('chfr')
  await palette(page).getByRole('option', { name: 'chat-frontend' }).waitFor()
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await palette(page).getByRole('combobox').fill('zzzzzz')
  await palette(page).getByText('Nothing of that name.').waitFor()
  await page.keyboard.press('Escape')
  await palette(page).waitFor({ state: 'hidden' })
})
