/** Opens the inspector and the command palette by keyboard. */
import type { Locator, Page } from 'playwright-core'

/** @param includeHidden - a modal dialog hides all else from roles: without it an inspector behind one counts as gone. */
export const inspectorOf = (page: Page, name: string, { includeHidden = false } = {}): Locator =>
  page.getByRole('complementary', { name: `Inspector: ${name}`, exact: true, includeHidden })

export async function openPalette(page: Page): Promise<Locator> {
  // The shortcut is registered when the workspace is rendered.
  await page.getByRole('banner').first().waitFor()
  await page.keyboard.press('Control+k')
  return page.getByRole('dialog', { name: 'Commands' })
}

/** Runs a command of the palette, or goes to a card. */
export async function runCommand(page: Page, name: string): Promise<void> {
  const palette = await openPalette(page)
  await palette.getByRole('combobox').fill(name)
  await palette.getByRole('option', { name }).first().click()
  await palette.waitFor({ state: 'hidden' })
}

/** Opens the inspector of a card through the palette. */
export async function reveal(page: Page, name: string): Promise<Locator> {
  const palette = await openPalette(page)
  await palette.getByRole('combobox').fill(name)
  await palette.getByRole('group', { name: 'Go to' }).getByRole('option', { name }).first().click()
  const inspector = inspectorOf(page, name)
  await inspector.waitFor()
  return inspector
}
