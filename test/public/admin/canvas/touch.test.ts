/** The canvas by touch, on a phone. */
import { describe, expect, it } from 'vitest'
import { centreOf, expectWires, startDrawnApp } from '../../support/canvas-page.ts'
import { PHONE } from '../../support/open-page.ts'

const phone = { viewport: PHONE, hasTouch: true, isMobile: true }

describe('by touch', () => {
  it('wires by a tap on one handle and a tap on the other', async () => {
    const { app, canvas } = await startDrawnApp(phone)
    await canvas.blockHandle('Batch').tap()
    await canvas.endpointHandle('beta').tap()
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
  })

  it('wires by a tap on a handle and a tap on a card', async () => {
    const { app, canvas } = await startDrawnApp(phone)
    await canvas.blockHandle('Batch').tap()
    await canvas.card('endpoint', 'beta').tap()
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
  })

  it('wires by dragging a finger', async () => {
    const { app, page, canvas } = await startDrawnApp(phone)
    const [start, end] = [
      await centreOf(canvas.blockHandle('Batch')),
      await centreOf(canvas.endpointHandle('beta')),
    ]
    const touch = await page.context().newCDPSession(page)
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: points })
    await send('touchStart', [start])
    for (let step = 1; step <= 8; step += 1) {
      const part = step / 8
      await send('touchMove', [
        { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part },
      ])
    }
    await send('touchEnd', [])
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
  })

  it('rewires to another endpoint by taps on the toolbar and on the card', async () => {
    const { app, page, canvas } = await startDrawnApp(phone)
    const on = await canvas.pointOn('Live', 'alpha', 0.5)
    await page.touchscreen.tap(on.x, on.y)
    await canvas.toolbar('Live', 'alpha').getByRole('button', { name: 'Lead to another endpoint' }).tap()
    await page.getByText('Connect Live to another endpoint than alpha').waitFor()
    await canvas.card('endpoint', 'beta').tap()
    await canvas.wire('Live', 'beta').waitFor()
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, ['Live>beta'])
  })

  it('removes a wire by taps, and the message undoes it', async () => {
    const { app, page, canvas } = await startDrawnApp(phone)
    const on = await canvas.pointOn('Live', 'alpha', 0.5)
    await page.touchscreen.tap(on.x, on.y)
    await canvas.toolbar('Live', 'alpha').getByRole('button', { name: 'Remove wire' }).tap()
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await expectWires(app, [])
    await page
      .getByRole('dialog', { name: 'Removed wire Live to alpha' })
      .getByRole('button', { name: 'Undo' })
      .tap()
    await canvas.wire('Live', 'alpha').waitFor()
    await expectWires(app, ['Live>alpha'])
  })

  it('zooms by pinching', async () => {
    const { page, canvas } = await startDrawnApp(phone)
    const before = await canvas.card('endpoint', 'alpha').boundingBox()
    const touch = await page.context().newCDPSession(page)
    const fingers = (apart: number) => [
      { x: 195 - apart, y: 640, id: 0 },
      { x: 195 + apart, y: 640, id: 1 },
    ]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(40) })
    for (let apart = 50; apart <= 120; apart += 10)
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) })
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    const after = await canvas.card('endpoint', 'alpha').boundingBox()
    expect(after?.width).toBeGreaterThan(1.5 * (before?.width ?? Infinity))
  })

  it('has handles with a touch target of 32 px', async () => {
    const { page, canvas } = await startDrawnApp(phone)
    const at = await centreOf(canvas.blockHandle('Batch'))
    const hit = await page.evaluate(
      ({ x, y }) =>
        [-15, 0, 15].map((away) => document.elementFromPoint(x + away, y)?.getAttribute('aria-label')),
      at,
    )
    expect(hit).toEqual(Array(3).fill('Connect incoming block Batch'))
  })
})
