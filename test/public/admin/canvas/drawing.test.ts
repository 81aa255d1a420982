/** Wires are drawn, rewired and removed by mouse, and the server has exactly what the canvas shows. */
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { centreOf, drag, expectWires, sharedDrawnApp } from '../../support/canvas-page.ts'

const drawnApp = sharedDrawnApp()

describe('drawing by mouse', () => {
  it('adds exactly the wire that was dragged from block to endpoint', async () => {
    const { app, page, canvas } = await drawnApp()
    await drag(page, canvas.blockHandle('Batch'), canvas.endpointHandle('beta'))
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
  })

  it('also adds the wire when it is dropped on the card or dragged backwards', async () => {
    const { app, page, canvas } = await drawnApp()
    await drag(page, canvas.blockHandle('Batch'), canvas.card('endpoint', 'beta'))
    await canvas.wire('Batch', 'beta').waitFor()
    await drag(page, canvas.endpointHandle('beta'), canvas.blockHandle('Live'))
    await canvas.wire('Live', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta', 'Live>beta'])
  })

  it('moves a client token to the block that it is dragged to', async () => {
    const { app, page, canvas, batch } = await drawnApp()
    await drag(page, canvas.tokenHandle('app'), canvas.blockInlet('Batch'))
    await page.getByLabel('app belongs to Batch').waitFor({ state: 'attached' })
    await eventually(async () =>
      expect((await app.admin.state()).client_tokens[0]?.incoming_block_id).toBe(batch.id),
    )
  })

  it('sets the preferred endpoint that a client token is dragged to', async () => {
    const { app, page, canvas, alpha } = await drawnApp()
    await drag(page, canvas.tokenHandle('app'), canvas.endpointHandle('alpha'))
    await canvas.line('app prefers alpha').waitFor()
    const [token] = (await app.admin.state()).client_tokens
    expect(token?.preferred_endpoint_id).toBe(alpha.id)
  })

  it('offers the missing wire when a client token is dragged to an endpoint that its block cannot reach', async () => {
    const { app, page, canvas, beta } = await drawnApp()
    await drag(page, canvas.tokenHandle('app'), canvas.endpointHandle('beta'))
    await page.getByRole('button', { name: 'Add the wire and prefer it' }).click()
    await canvas.line('app prefers beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Live>beta'])
    expect((await app.admin.state()).client_tokens[0]?.preferred_endpoint_id).toBe(beta.id)
  })

  it('refuses an impossible target and says why', async () => {
    const { app, page, canvas } = await drawnApp()
    const [start, end] = [
      await centreOf(canvas.blockHandle('Live')),
      await centreOf(canvas.card('block', 'Batch')),
    ]
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move(end.x, end.y, { steps: 8 })
    await page.getByText('Two incoming blocks cannot be wired to each other.').first().waitFor()
    const cursor = await canvas
      .card('block', 'Batch')
      .locator('> div')
      .evaluate((card) => getComputedStyle(card).cursor)
    expect(cursor).toBe('not-allowed')
    await page.mouse.up()
    await page.getByRole('dialog', { name: 'Not possible' }).waitFor()
    await expectWires(app, ['Live>alpha'])
  })
})

it('cancels a dragged wire at Escape, without effect', async () => {
  const { app, page, canvas } = await drawnApp()
  const [start, end] = [
    await centreOf(canvas.blockHandle('Batch')),
    await centreOf(canvas.endpointHandle('beta')),
  ]
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move(end.x, end.y, { steps: 8 })
  await page.locator('.react-flow__connection').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.react-flow__connection').waitFor({ state: 'detached' })
  await page.mouse.move(end.x + 2, end.y, { steps: 2 })
  await page.mouse.up()
  // What comes after it on the same way is there; so would that wire be.
  await drag(page, canvas.blockHandle('Live'), canvas.endpointHandle('beta'))
  await canvas.wire('Live', 'beta').waitFor()
  await expectWires(app, ['Live>alpha', 'Live>beta'])
})

describe('dragging the end of a wire', () => {
  it('rewires to another endpoint in one undo step', async () => {
    const { app, page, canvas } = await drawnApp()
    await drag(page, await canvas.pointOn('Live', 'alpha', 0.9), canvas.endpointHandle('beta'))
    await canvas.wire('Live', 'beta').waitFor()
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, ['Live>beta'])
  })

  it('rewires from another block', async () => {
    const { app, page, canvas } = await drawnApp()
    await drag(page, await canvas.pointOn('Live', 'alpha', 0.1), canvas.blockHandle('Batch'))
    await canvas.wire('Batch', 'alpha').waitFor()
    await expectWires(app, ['Batch>alpha'])
  })

  it('removes the wire when it is dropped on an empty spot', async () => {
    const { app, page, canvas } = await drawnApp()
    const end = await canvas.pointOn('Live', 'alpha', 0.9)
    await drag(page, end, { x: end.x - 40, y: end.y - 160 })
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
  })

  it('keeps a client token in its block when its line is dropped on an empty spot', async () => {
    const { app, page, canvas, live } = await drawnApp()
    const inlet = await centreOf(canvas.blockInlet('Live'))
    await drag(page, { x: inlet.x - 18, y: inlet.y }, { x: inlet.x - 40, y: inlet.y - 160 })
    await page.getByText('A client token always belongs to an incoming block').first().waitFor()
    expect((await app.admin.state()).client_tokens[0]?.incoming_block_id).toBe(live.id)
  })
})

describe('removing a wire', () => {
  it('works by the toolbar that appears under the pointer', async () => {
    const { app, page, canvas } = await drawnApp()
    const on = await canvas.pointOn('Live', 'alpha')
    await page.mouse.move(on.x, on.y)
    await canvas.toolbar('Live', 'alpha').getByRole('button', { name: 'Remove wire' }).click()
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
  })

  it('works by Delete on a wire that was clicked', async () => {
    const { app, page, canvas } = await drawnApp()
    const on = await canvas.pointOn('Live', 'alpha')
    await page.mouse.click(on.x, on.y)
    await page.keyboard.press('Delete')
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
  })

  it('works by Backspace on a wire that has the focus', async () => {
    const { app, page, canvas } = await drawnApp()
    await canvas.wire('Live', 'alpha').focus()
    await page.keyboard.press('Backspace')
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
  })

  it('also clears a preference by Delete', async () => {
    const { app, page, canvas, alpha, token } = await drawnApp()
    await app.admin.call('PATCH', `/tokens/${token.id}`, { preferred_endpoint_id: alpha.id })
    await canvas.line('app prefers alpha').focus()
    await page.keyboard.press('Delete')
    await canvas.line('app prefers alpha').waitFor({ state: 'detached' })
    await eventually(async () =>
      expect((await app.admin.state()).client_tokens[0]?.preferred_endpoint_id).toBeNull(),
    )
  })
})
