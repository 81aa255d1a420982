/** The Load Producer as an operator has it at the balancer: signed in, the bridge open, its parts by role and name. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ADMIN_TOKEN, type RunningApp } from '../../support/running-app.ts'
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

export const card = (page: Page, name: string) =>
  page.getByRole('article', { name: `Card ${name}`, exact: true })

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Opens a card's editor at one of its parts. */
export async function openEditor(page: Page, name: string, part: string): Promise<void> {
  await button(page, name).click()
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
