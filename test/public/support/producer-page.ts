/** The Load Producer as an operator has it at the balancer: signed in, the bridge open, its parts by role and name. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ADMIN_TOKEN, type RunningApp, type RunningBackend } from '../../support/apps/running-app.ts'
import { openContext, type OpenOptions } from './open-page.ts'

export async function openProducer(app: Pick<RunningApp, 'url'>, options: OpenOptions = {}): Promise<Page> {
  const context = await openContext(app.url, options)
  const session = await context.request.post(`${app.url}/admin/api/session`, { data: { token: ADMIN_TOKEN } })
  expect(session.status()).toBe(200)
  const page = await context.newPage()
  await page.goto(`${app.url}/load-producer/`)
  await page.getByRole('button', { name: /^Bridge (connected|[\d.]+\sms)/ }).waitFor()
  await card(page, 'first run').waitFor()
  return page
}

/** Chat completions that a backend has served. */
export const chats = ({ served }: RunningBackend): number =>
  served().routes['/v1/chat/completions']?.requests ?? 0

export const card = (page: Page, name: string) =>
  page.getByRole('article', { name: `Card ${name}`, exact: true })

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Opens a card's editor at one of its parts. */
export async function openEditor(page: Page, name: string, part: string): Promise<void> {
  await card(page, name).getByRole('button', { name, exact: true }).click()
  await page.getByRole('dialog').getByRole('tab', { name: part }).click()
}

export async function setNumber(page: Page, label: string, value: string): Promise<void> {
  await page.getByRole('spinbutton', { name: label, exact: true }).fill(value)
}

/** Chooses an entry of one of the header's menus. */
export async function choose(page: Page, menu: string | RegExp, item: string): Promise<void> {
  await page
    .getByRole('button', typeof menu === 'string' ? { name: menu, exact: true } : { name: menu })
    .click()
  await page.getByRole('menuitem', { name: item }).click()
}

/** A figure of the footer. */
export const footerFigure = (page: Page, caption: string) =>
  page.locator(`footer [data-figure="${caption}"] b`)

/** A figure of the dashboard's head with what stands below it. */
export const headlineFigure = (page: Page, caption: string) =>
  page.getByLabel('Headline figures').locator('div').filter({ hasText: caption })

/** Shows one of the page's views. */
export async function show(page: Page, view: 'Run' | 'Compare' | 'Runs'): Promise<void> {
  await page.getByRole('group', { name: 'View' }).getByRole('button', { name: view, exact: true }).click()
}

/** Opens a card's editor, fills fields of one part in and saves. Fields by their labels; a number is typed too. */
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

export async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields))
    await dialog.getByLabel(label, { exact: true }).fill(value)
}

/** Chooses by the beginning of what the option says. */
export async function pick(page: Page, label: string, option: string): Promise<void> {
  const list = page.getByRole('combobox', { name: label, exact: true })
  const said = await list.getByRole('option').allTextContents()
  await list.selectOption({ label: said.find((text) => text.startsWith(option)) ?? option })
}

export async function save(page: Page): Promise<void> {
  await button(page, 'Save').click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

/** Starts a card and waits until it says how far it came. */
export async function run(page: Page, name: string, progress: string | RegExp): Promise<void> {
  await button(page, `Start ${name}`).click()
  await card(page, name).getByText(progress, { exact: true }).waitFor({ timeout: 30_000 })
  await button(page, `Start ${name}`).waitFor()
}

/** The cells of a table's rows by what its headings say; the first row is not the heading's. */
export async function rowsOf(page: Page, table: string): Promise<Record<string, string>[]> {
  const place = page.getByRole('table', { name: table, exact: true })
  await place.waitFor()
  const names = await place.getByRole('columnheader').allTextContents()
  const rows = (await place.getByRole('row').all()).slice(1)
  return Promise.all(
    rows.map(async (row) => {
      // A narrow space stands before units.
      const cells = (await row.locator('th, td').allTextContents()).map((text) =>
        text.replaceAll('\u202f', ' '),
      )
      const named: Record<string, string> = {}
      // Of several columns with one heading the first counts.
      for (const [index, text] of cells.entries()) named[names[index] ?? ''] ??= text
      return named
    }),
  )
}

/** What the browser is handed as a file. */
export async function downloadOf(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** Gives a field for files one that holds this. */
export async function giveFile(page: Page, field: string, name: string, content: string): Promise<void> {
  await page
    .getByLabel(field, { exact: true })
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })
}
