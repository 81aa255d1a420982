/** An operator's path through modes and placements: the gateway's, a block's own, and where the load of an endpoint is known from. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { startDrawnApp, type CanvasPage } from '../../support/canvas-page.ts'
import { reveal } from '../../support/inspector-page.ts'

const QUOTA = '[title^="token quota"]'
const RANK = '[title^="priority order"]'

/** How many cards of endpoints show a quota, and how many a rank. */
const expectWeights = (canvas: CanvasPage, quotas: number, ranks: number): Promise<void> =>
  eventually(async () => {
    expect(await canvas.region.locator(QUOTA).count()).toBe(quotas)
    expect(await canvas.region.locator(RANK).count()).toBe(ranks)
  })

const openPlacements = (page: Page) =>
  page
    .getByRole('banner')
    .getByRole('button', { name: /^Placement: / })
    .click()

it('chooses the mode and placement of the gateway by sentences, and undoes both', async () => {
  const { app, page, canvas } = await startDrawnApp()
  const routing = async () => {
    const { routing_mode: mode, placement } = await app.admin.state()
    return `${mode}, ${placement}`
  }
  await expectWeights(canvas, 2, 0)
  await page.getByRole('group', { name: 'Routing mode' }).getByRole('button', { name: 'Balanced' }).click()
  await eventually(async () => expect(await routing()).toBe('balanced, prefix'))
  await expectWeights(canvas, 0, 0)

  await openPlacements(page)
  await page
    .getByRole('menuitemradio', { name: /^Prefix .*prompt is cached and the queue is short/, checked: true })
    .waitFor()
  await page.getByRole('menuitemradio', { name: /^Quota order .*by quota or rank/ }).waitFor()
  expect(await page.getByRole('menuitemradio').count()).toBe(3)
  expect(await axeViolations(page, page.getByRole('menu'))).toEqual([])
  await page.getByRole('menuitemradio', { name: /^Load .*queue is short/ }).click()
  await eventually(async () => expect(await routing()).toBe('balanced, load'))
  await page.getByRole('button', { name: 'Placement: Load' }).waitFor()
  await page
    .getByRole('complementary', { name: 'Inspector: Gateway' })
    .getByText('Where the queue is short')
    .waitFor()

  await canvas.undo.click()
  await eventually(async () => expect(await routing()).toBe('balanced, prefix'))
  await page.getByRole('button', { name: 'Placement: Prefix' }).waitFor()
  await canvas.undo.click()
  await eventually(async () => expect(await routing()).toBe('percentage, prefix'))
  await expectWeights(canvas, 2, 0)
})

it('gives a block routing of its own, which cards show, and settles a conflict', async () => {
  const { app, page, canvas, batch, beta, alpha } = await startDrawnApp({ expectedErrors: /status of 412/ })
  const own = async () => {
    const { incoming_blocks: blocks } = await app.admin.state()
    const { routing_mode, placement, session_affinity } = blocks.find(({ id }) => id === batch.id) ?? batch
    return [routing_mode, placement, session_affinity]
  }
  await app.admin.call('PUT', `/wires/${batch.id}/${beta.id}`)
  await canvas.wire('Batch', 'beta').waitFor()
  expect(await page.getByLabel('Prioritised input').count()).toBe(0)

  const inspector = await reveal(page, 'Batch')
  const mode = inspector.getByLabel('Routing mode')
  expect(await mode.locator('option:checked').innerText()).toBe('As the gateway: Percentage')
  await mode.selectOption('Priority')
  await inspector.getByText('Uses the endpoints by rank').waitFor()
  await inspector.getByLabel('Placement').selectOption('Quota order')
  await inspector.getByLabel('Session affinity').selectOption('A header')
  const header = inspector.getByLabel('Header of the session')
  expect(await header.inputValue()).toBe('x-session-id')
  await header.fill('Authorization')
  await inspector.getByText('takes no header field that carries a credential').waitFor()
  await header.fill('X-Claude-Code-Session-Id')
  await canvas.card('block', 'Batch').getByText('unsaved').waitFor()
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () =>
    expect(await own()).toEqual(['priority', 'quota_order', 'header:x-claude-code-session-id']),
  )

  // beta is wired to Batch alone, alpha to Live, which follows the gateway.
  await canvas.card('block', 'Batch').getByText('priority · quota order').waitFor()
  await canvas.card('endpoint', 'beta').locator(RANK).waitFor()
  await canvas.card('endpoint', 'alpha').locator(QUOTA).waitFor()
  await expectWeights(canvas, 1, 1)
  await page.getByLabel('Prioritised input').waitFor()
  await app.admin.call('PUT', `/wires/${batch.id}/${alpha.id}`)
  await expectWeights(canvas, 1, 2)
  const endpoint = await reveal(page, 'alpha')
  await endpoint.getByText('In force for Live only.').waitFor()
  await endpoint.getByText('In force for Batch only.').waitFor()

  const again = await reveal(page, 'Batch')
  await again.getByLabel('Routing mode').selectOption('As the gateway: Percentage')
  await app.admin.call('PATCH', `/incoming-blocks/${batch.id}`, { routing_mode: 'balanced' })
  await again.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('alertdialog', { name: 'Changed by someone else meanwhile' })
  const row = conflict.getByRole('row', { name: /Routing mode/ })
  await row.waitFor()
  expect(await row.getByRole('cell').allTextContents()).toEqual(['priority', 'as the gateway', 'balanced'])
  await conflict.getByRole('button', { name: 'Keep mine' }).click()
  await eventually(async () =>
    expect(await own()).toEqual([null, 'quota_order', 'header:x-claude-code-session-id']),
  )
  await expectWeights(canvas, 2, 0)
  await page.getByLabel('Prioritised input').waitFor({ state: 'detached' })
})

it('sets where the load of an endpoint is known from, and undo sets it back', async () => {
  const { app, page, canvas, alpha } = await startDrawnApp()
  const source = async () =>
    (await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)?.load_source
  const inspector = await reveal(page, 'alpha')
  await inspector.getByLabel('Load known from').selectOption('The metrics of vLLM')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await source()).toBe('vllm'))
  await canvas.undo.click()
  await eventually(async () => expect(await source()).toBe('auto'))
})
