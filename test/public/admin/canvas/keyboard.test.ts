/** Everything that can be drawn by mouse can be done by keyboard. */
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { expectWires, startDrawnApp } from '../../support/canvas-page.ts'

describe('by keyboard alone', () => {
  it('wires a block to an endpoint', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.card('block', 'Batch').focus()
    await page.keyboard.press('w')
    const panel = page.getByRole('region', { name: 'Connect Batch' })
    await panel.getByRole('combobox').waitFor()
    await panel.getByRole('option', { name: /beta/ }).waitFor()
    await page.keyboard.type('bet')
    await page.keyboard.press('Enter')
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
    await eventually(async () =>
      expect(await canvas.card('block', 'Batch').evaluate((card) => card === document.activeElement)).toBe(
        true,
      ),
    )
  })

  it('wires from handle to handle, reached with the Tab key', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.card('block', 'Batch').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('region', { name: 'Connect Batch' })
    await panel.getByRole('option', { selected: true }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await eventually(async () => expect((await app.admin.state()).wires).toHaveLength(2))
  })

  it('rewires to another endpoint, and only to an endpoint', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.wire('Live', 'alpha').focus()
    await page.keyboard.press('Enter')
    // The focus moves to the first tool, once that is there.
    await page.locator('button:focus[aria-label="Add an endpoint to Live"]').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('region', { name: 'Connect Live' })
    await panel.getByRole('option', { name: /beta/ }).waitFor()
    expect(await panel.getByRole('option').count()).toBe(1)
    await page.keyboard.press('Enter')
    await canvas.wire('Live', 'beta').waitFor()
    await expectWires(app, ['Live>beta'])
    await canvas.undo.click()
    await canvas.wire('Live', 'alpha').waitFor()
    await expectWires(app, ['Live>alpha'])
  })

  it('offers only allowed targets, and Escape changes nothing', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.card('block', 'Live').focus()
    await page.keyboard.press('w')
    const panel = page.getByRole('region', { name: 'Connect Live' })
    await panel.getByRole('option', { name: /beta/ }).waitFor()
    // It is wired to that one: what is offered is to remove the wire.
    await panel.getByRole('option', { name: 'alpha remove wire', exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await expectWires(app, ['Live>alpha'])
  })

  it('tabs through clients, blocks and endpoints from the top, with a label for each', async () => {
    const { page, canvas } = await startDrawnApp()
    await canvas.card('token', 'app').focus()
    const walked: string[] = []
    for (let steps = 0; steps < 8; steps += 1) {
      walked.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''))
      await page.keyboard.press('Tab')
    }
    expect(walked).toEqual([
      'Client token app',
      'Connect client token app',
      'Incoming block Live',
      'Connect incoming block Live',
      'Incoming block Batch',
      'Connect incoming block Batch',
      'Endpoint alpha',
      'Endpoint beta',
    ])
  })

  it('removes a wire by the list that wires', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.card('endpoint', 'alpha').focus()
    await page.keyboard.press('w')
    await page.getByRole('option', { name: 'Live remove wire', exact: true }).click()
    await expectWires(app, [])
  })

  it('removes a wire by the toolbar that Enter opens', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await canvas.wire('Live', 'alpha').focus()
    await page.keyboard.press('Enter')
    await canvas.toolbar('Live', 'alpha').getByRole('button', { name: 'Remove wire' }).focus()
    await page.keyboard.press('Enter')
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
  })

  it('brings a focused card into view', async () => {
    const { app, page, canvas, alpha, beta } = await startDrawnApp()
    await app.admin.call('PATCH', '/positions', {
      endpoints: [
        { id: alpha.id, pos_x: 736, pos_y: 8 },
        { id: beta.id, pos_x: 5000, pos_y: 3000 },
      ],
    })
    const inSight = async () => {
      const box = await canvas.card('endpoint', 'beta').boundingBox()
      return box !== null && box.x > 0 && box.x + box.width < 1440 && box.y > 0 && box.y + box.height < 900
    }
    await eventually(async () => expect(await inSight()).toBe(false))
    await canvas.card('endpoint', 'alpha').focus()
    await page.keyboard.press('Tab')
    await eventually(async () => expect(await inSight()).toBe(true))
  })
})
