import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { PHONE } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

const rowsOf = (page: Page) => page.getByRole('table', { name: 'Requests' }).locator('tbody').getByRole('row')
const texts = async (page: Page): Promise<string[]> => rowsOf(page).allInnerTexts()
const hash = (page: Page): string => new URL(page.url()).hash

async function open() {
  const app = await startApp({ backends: [{}, {}] })
  const own = await app.admin.token('team', { preferred_endpoint_id: 2 })
  const other = await app.admin.token('other')
  const ask = (token: string) =>
    app.post('/v1/chat/completions', chatOf({ stream: true }), { authorization: `Bearer ${token}` })
  const page = await openSignedIn(app, { path: '/admin#/requests' })
  return { app, page, own, other, ask }
}

it('shows where requests went, as they come, and why, down to the wire on the canvas', async () => {
  const { app, page, own, other, ask } = await open()
  await page.getByText('No request since the start').waitFor()
  await ask(own.token)
  const row = rowsOf(page).first()
  await row.getByText('success').waitFor()
  expect(await row.innerText()).toMatch(/team[^]*backend-2[^]*pinned/)
  expect(await row.innerText()).toMatch(/\d+\u202fms → \d+\u202fms/)

  await ask(other.token)
  await eventually(async () => expect(await texts(page)).toHaveLength(2))
  const filters = page.getByRole('search', { name: 'Filter the requests' })
  await filters.getByLabel('Client token').selectOption({ label: 'team' })
  await eventually(async () => expect(await texts(page)).toHaveLength(1))
  await filters.getByLabel('Outcome').selectOption({ label: 'failure' })
  await page.getByText('None of the last requests fits this filter.').waitFor()
  await filters.getByRole('button', { name: 'Clear' }).click()
  await eventually(async () => expect(await texts(page)).toHaveLength(2))

  await rowsOf(page).last().getByRole('button', { name: 'Why?' }).click()
  const dialog = page.getByRole('dialog', { name: 'Why backend-2?' })
  await dialog.getByText('The client token, the alias or an object names this endpoint.').waitFor()
  const candidates = dialog.getByRole('table', { name: 'Candidates' }).locator('tbody').getByRole('row')
  const described = await candidates.allInnerTexts()
  expect(described.find((text) => text.startsWith('backend-2'))).toContain('selected')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Show on canvas' }).click()
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('backend-2').first().waitFor()
  const { incoming_blocks: blocks } = await app.admin.state()
  expect(hash(page)).toBe(`#/wire/${blocks[0]?.id ?? 0}-2`)
})

it('shows the expected time alone where a response was not streamed, which has no first token', async () => {
  const { app, page, own } = await open()
  await app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${own.token}` })
  const row = rowsOf(page).first()
  await row.getByText('success').waitFor()
  expect(await row.innerText()).toMatch(/expected \d+\u202fms/)
  expect(await row.innerText()).not.toContain('→')
})

it('lists the failures of an endpoint one click from its panel, with what failed, under an address of their own', async () => {
  const { app, page, own, ask } = await open()
  await ask(own.token)
  await app.backends[1]?.setFault({ kind: 'status', status: 500 })
  await ask(own.token)
  await page.goto(`${app.url}/admin#/endpoint/2`)
  await page.getByRole('link', { name: /^Failures: \d/ }).click()
  await eventually(async () => expect(await texts(page)).toHaveLength(1))
  expect(hash(page)).toBe('#/requests?endpoint=2&outcome=failure')
  expect((await texts(page))[0]).toMatch(/team[^]*backend-2[^]*failure 500[^]*status 500/)
  const filters = page.getByRole('search', { name: 'Filter the requests' })
  expect(await filters.getByLabel('Endpoint').inputValue()).toBe('2')
  await filters.getByLabel('Slower than').selectOption({ label: '60 s' })
  await page.getByText('None of the last requests fits this filter.').waitFor()
  expect(hash(page)).toBe('#/requests?endpoint=2&outcome=failure&slower=60000')
  await page.goBack()
  await page.getByRole('complementary', { name: 'Inspector' }).waitFor()
})

it('has Clear on a line of its own on a phone, at the right end of the fields', async () => {
  const { page } = await open()
  await page.setViewportSize(PHONE)
  const filters = page.getByRole('search', { name: 'Filter the requests' })
  const boxOf = async (locator: Locator) =>
    (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const clear = await boxOf(filters.getByRole('button', { name: 'Clear' }))
  for (const name of [
    'Endpoint',
    'Incoming block',
    'Client token',
    'Model or alias',
    'Outcome',
    'Slower than',
  ]) {
    const field = await boxOf(filters.getByLabel(name))
    expect(field.y + field.height).toBeLessThan(clear.y)
    if (name === 'Slower than')
      expect(Math.abs(clear.x + clear.width - field.x - field.width)).toBeLessThanOrEqual(2)
  }
})
