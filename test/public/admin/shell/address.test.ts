/** The address: it follows the view and the selection, and opens them. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { createCanvasPage, expectInView, startDrawnApp } from '../../support/canvas-page.ts'
import { inspectorOf, reveal, runCommand } from '../../support/inspector-page.ts'

const hash = (page: Page): string => new URL(page.url()).hash

/** Each test selects what it needs, and the second one needs the page as it was opened. */
const drawnApp = shared(startDrawnApp)

/** Opens a link in a new tab of the same session. */
async function follow(page: Page, link: string): Promise<Page> {
  const tab = await page.context().newPage()
  await tab.goto(new URL(link, page.url()).href)
  return tab
}

it('opens each kind of card and a wire by a link, selected and in view', async () => {
  const { page, alpha, batch, token, live } = await drawnApp()
  for (const [link, name, kind] of [
    [`/admin#/endpoint/${alpha.id}`, 'alpha', 'endpoint'],
    [`/admin#/block/${batch.id}`, 'Batch', 'block'],
    [`/admin#/token/${token.id}`, 'app', 'token'],
  ] as const) {
    const tab = await follow(page, link)
    await inspectorOf(tab, name).waitFor()
    const { card } = createCanvasPage(tab)
    await eventually(() => expectInView(tab, card(kind, name)))
    expect(hash(tab)).toBe(new URL(link, page.url()).hash)
    await tab.close()
  }
  const tab = await follow(page, `/admin#/wire/${live.id}-${alpha.id}`)
  await inspectorOf(tab, 'Live to alpha').waitFor()
  await tab.close()
})

it('follows the selection in the address bar; Back and Forward retrace it', async () => {
  const { page, canvas, alpha, beta, batch } = await drawnApp()
  await page.bringToFront()
  expect(hash(page)).toBe('')
  await reveal(page, 'alpha')
  expect(hash(page)).toBe(`#/endpoint/${alpha.id}`)
  await canvas.card('endpoint', 'beta').click()
  await inspectorOf(page, 'beta').waitFor()
  expect(hash(page)).toBe(`#/endpoint/${beta.id}`)
  await runCommand(page, 'Usage')
  await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor()
  expect(hash(page)).toBe('#/usage')
  await page.goBack()
  await inspectorOf(page, 'beta').waitFor()
  await page.goBack()
  await inspectorOf(page, 'alpha').waitFor()
  await page.goBack()
  await inspectorOf(page, 'Gateway').waitFor()
  await page.goForward()
  await inspectorOf(page, 'alpha').waitFor()
  expect(hash(page)).toBe(`#/endpoint/${alpha.id}`)
  // The link to the canvas keeps the selection.
  await runCommand(page, 'Audit')
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Canvas' }).click()
  await inspectorOf(page, 'alpha').waitFor()
  expect(hash(page)).toBe(`#/endpoint/${alpha.id}`)

  await canvas.card('block', 'Batch').click({ modifiers: ['ControlOrMeta'] })
  await inspectorOf(page, '2 selected').waitFor()
  expect(hash(page)).toBe('#/canvas')
  await reveal(page, 'Batch')
  expect(hash(page)).toBe(`#/block/${batch.id}`)
})

it('opens the canvas at the selection without an animation', async () => {
  const { page } = await drawnApp()
  await reveal(page, 'alpha')
  await runCommand(page, 'Audit')
  await page.getByRole('heading', { name: 'Audit', exact: true }).waitFor()
  const places = await page.evaluate(async () => {
    document.querySelector<HTMLElement>('a[href="#/canvas"]')?.click()
    const seen = new Set<string>()
    for (const endMs = performance.now() + 600; performance.now() < endMs;) {
      await new Promise(requestAnimationFrame)
      const card = document.querySelector('[aria-label="Incoming block Batch"]')
      if (card?.checkVisibility({ visibilityProperty: true })) {
        const { x, y } = card.getBoundingClientRect()
        seen.add(`${Math.round(x)} ${Math.round(y)}`)
      }
    }
    return [...seen]
  })
  // At most one more: the frame before the canvas knows its size.
  expect(places.length).toBeGreaterThan(0)
  expect(places.length, places.join(', ')).toBeLessThanOrEqual(2)
})

it('reports an object that does not exist, and treats an unknown address as the canvas', async () => {
  const { page } = await drawnApp()
  for (const link of ['/admin#/endpoint/4711', '/admin#/wire/1-4711']) {
    const tab = await follow(page, link)
    await tab.getByText('What the link led to is not there').first().waitFor()
    await inspectorOf(tab, 'Gateway').waitFor()
    await tab.close()
  }
  const tab = await follow(page, '/admin#/endpoint/<img src=x>')
  await inspectorOf(tab, 'Gateway').waitFor()
  await tab.close()
})

it('is kept over the sign-in', async () => {
  const { page, alpha } = await drawnApp()
  await page.bringToFront()
  await page.goto(new URL(`/admin#/endpoint/${alpha.id}`, page.url()).href)
  await inspectorOf(page, 'alpha').waitFor()
  await page.reload()
  await inspectorOf(page, 'alpha').waitFor()
})
