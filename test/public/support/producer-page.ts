/** Opens the Load Producer of the balancer as a signed-in operator, and finds its elements by role and name. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ADMIN_TOKEN, type RunningApp, type RunningBackend } from '../../support/apps/running-app.ts'
import { newPage, openContext, type OpenOptions } from './open-page.ts'

/** Opens the page and waits until the bridge is connected and the first card is shown. */
export async function openProducer(app: Pick<RunningApp, 'url'>, options: OpenOptions = {}): Promise<Page> {
  const context = await openContext(app.url, options)
  const session = await context.request.post(`${app.url}/admin/api/session`, { data: { token: ADMIN_TOKEN } })
  expect(session.status()).toBe(200)
  const page = await newPage(context)
  await page.goto(`${app.url}/load-producer/`)
  await page.getByRole('button', { name: /^Bridge (connected|[\d.]+\sms)/ }).waitFor()
  await card(page, 'first run').waitFor()
  return page
}

/** @returns how many chat completion requests a backend has served. */
export const chatCount = ({ served }: RunningBackend): number =>
  served().routes['/v1/chat/completions']?.requests ?? 0

export const card = (page: Page, name: string) =>
  page.getByRole('article', { name: `Card ${name}`, exact: true })

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Opens the editor of a card at one of its parts. */
export async function openEditor(page: Page, name: string, part: string): Promise<void> {
  await card(page, name).getByRole('button', { name, exact: true }).click()
  await page.getByRole('dialog').getByRole('tab', { name: part }).click()
}

export async function setNumber(page: Page, label: string, value: string): Promise<void> {
  await page.getByRole('spinbutton', { name: label, exact: true }).fill(value)
}

/** Selects an item of a menu. */
export async function choose(page: Page, menu: string | RegExp, item: string): Promise<void> {
  await page
    .getByRole('button', typeof menu === 'string' ? { name: menu, exact: true } : { name: menu })
    .click()
  await page.getByRole('menuitem', { name: item }).click()
}

/** A figure of the footer. */
export const footerFigure = (page: Page, caption: string) =>
  page.locator(`footer [data-figure="${caption}"] b`)

/** A headline figure of the dashboard with the note below it. */
export const headlineFigure = (page: Page, caption: string) =>
  page.getByLabel('Headline figures').locator('div').filter({ hasText: caption })

/** Switches to a view. */
export async function show(page: Page, view: 'Run' | 'Compare' | 'Runs'): Promise<void> {
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: view, exact: true }).click()
}

/** Edits fields of one part of a card, given by their labels, and saves. */
export async function editCard(
  page: Page,
  name: string,
  part: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  await openEditor(page, name, part)
  await fillIn(page, fields)
  await save(page)
}

/** Fills in text and number fields of the open dialog, given by their labels. */
export async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields))
    await dialog.getByLabel(label, { exact: true }).fill(value)
}

/** Selects the option whose text starts with `option`. */
export async function pick(page: Page, label: string, option: string): Promise<void> {
  const list = page.getByRole('combobox', { name: label, exact: true })
  const texts = await list.getByRole('option').allTextContents()
  await list.selectOption({ label: texts.find((text) => text.startsWith(option)) ?? option })
}

/** Saves the open editor and waits until it is closed. */
export async function save(page: Page): Promise<void> {
  await button(page, 'Save').click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

/** Starts a card, waits for its progress text and then until the run has ended. */
export async function run(page: Page, name: string, progress: string | RegExp): Promise<void> {
  await button(page, `Start ${name}`).click()
  await card(page, name).getByText(progress, { exact: true }).waitFor()
  await button(page, `Start ${name}`).waitFor()
}

/** @returns the cells of the body rows of a table, by column header. */
export async function rowsOf(page: Page, table: string): Promise<Record<string, string>[]> {
  const element = page.getByRole('table', { name: table, exact: true })
  await element.waitFor()
  const names = await element.getByRole('columnheader').allTextContents()
  const rows = (await element.getByRole('row').all()).slice(1)
  return Promise.all(
    rows.map(async (row) => {
      // Figures have a narrow no-break space before their unit.
      const cells = (await row.locator('th, td').allTextContents()).map((text) =>
        text.replaceAll('\u202f', ' '),
      )
      const named: Record<string, string> = {}
      // The first of several columns with the same header is used.
      for (const [index, text] of cells.entries()) named[names[index] ?? ''] ??= text
      return named
    }),
  )
}

/** @returns the name and content of the file that `act` makes the browser download. */
export async function downloadOf(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** Selects a file with this content in a file input. */
export async function giveFile(page: Page, field: string, name: string, content: string): Promise<void> {
  await page
    .getByLabel(field, { exact: true })
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })
}
