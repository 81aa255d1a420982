/** After undo and redo of drawing, the server has what the canvas shows. */
import { expect, it } from 'vitest'
import { eventually, type RunningApp } from '../../../support/apps/running-app.ts'
import { drag, expectWires, startDrawnApp, wiresOf, type CanvasPage } from '../../support/canvas-page.ts'

const shownWires = async (canvas: CanvasPage): Promise<string[]> => {
  const labels = await canvas.region
    .getByRole('group', { name: /^Wire from / })
    .evaluateAll((wires) => wires.map((wire) => wire.getAttribute('aria-label') ?? ''))
  return labels.map((label) => label.replace(/^Wire from (.+) to (.+)$/, '$1>$2')).sort()
}

const agrees = (app: RunningApp, canvas: CanvasPage) =>
  eventually(async () => expect(await shownWires(canvas)).toEqual(wiresOf(await app.admin.state())))

it('undoes and redoes wiring, rewiring, removing, moving and preferring', async () => {
  const { app, page, canvas } = await startDrawnApp()
  const snapshot = async () => {
    const state = await app.admin.state()
    const token = state.client_tokens[0]
    return JSON.stringify([wiresOf(state), token?.incoming_block_id, token?.preferred_endpoint_id])
  }
  const stages = [await snapshot()]
  const stage = async (): Promise<void> => {
    await eventually(async () => expect(await snapshot()).not.toBe(stages.at(-1)))
    await agrees(app, canvas)
    stages.push(await snapshot())
  }

  await drag(page, canvas.blockHandle('Batch'), canvas.endpointHandle('beta'))
  await stage()
  await drag(page, canvas.tokenHandle('app'), canvas.blockInlet('Batch'))
  await stage()
  await drag(page, canvas.tokenHandle('app'), canvas.endpointHandle('beta'))
  await stage()
  await drag(page, await canvas.pointOn('Live', 'alpha', 0.9), canvas.endpointHandle('beta'))
  await canvas.wire('Live', 'beta').waitFor()
  // The new wire is drawn before the old one is removed.
  await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
  await stage()
  await canvas.wire('Live', 'beta').focus()
  await page.keyboard.press('Delete')
  await stage()

  for (const expected of stages.slice(0, -1).reverse()) {
    await canvas.undo.click()
    await eventually(async () => expect(await snapshot()).toBe(expected))
    await agrees(app, canvas)
  }
  for (const expected of stages.slice(1)) {
    await canvas.redo.click()
    await eventually(async () => expect(await snapshot()).toBe(expected))
    await agrees(app, canvas)
  }
})

it('restores a removed wire from its message', async () => {
  const { app, page, canvas } = await startDrawnApp()
  await canvas.wire('Live', 'alpha').focus()
  await page.keyboard.press('Delete')
  await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
  await page
    .getByRole('dialog', { name: 'Removed wire Live to alpha' })
    .getByRole('button', { name: 'Undo' })
    .click()
  await canvas.wire('Live', 'alpha').waitFor()
  await expectWires(app, ['Live>alpha'])
})
