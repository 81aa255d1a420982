/** The menu of cards and wires, by right click, by key and by a long press. */
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { expectWires, sharedDrawnApp, startDrawnApp } from '../../support/canvas-page.ts'
import { PHONE } from '../../support/open-page.ts'

const drawnApp = sharedDrawnApp()

describe('the menu', () => {
  it('of a card says what can be done with it, and does it', async () => {
    const { app, page, canvas, beta } = await drawnApp()
    await canvas.card('endpoint', 'beta').click({ button: 'right' })
    const menu = page.getByRole('menu', { name: 'What can be done with beta' })
    for (const name of [/^Show.*connected/, /^Connect/, /^Show its requests/, /^Delete/])
      await menu.getByRole('menuitem', { name }).waitFor()
    await menu.getByRole('menuitem', { name: /^Disable/ }).click()
    const isEnabled = async () =>
      (await app.admin.state()).endpoints.find(({ id }) => id === beta.id)?.enabled
    await eventually(async () => expect(await isEnabled()).toBe(false))
    await canvas.card('endpoint', 'beta').click({ button: 'right' })
    await menu.getByRole('menuitem', { name: /^Enable/ }).click()
    await eventually(async () => expect(await isEnabled()).toBe(true))
  })

  it('of a client token shows its requests', async () => {
    const { page, canvas } = await startDrawnApp()
    await canvas.card('token', 'app').click({ button: 'right' })
    const menu = page.getByRole('menu', { name: 'What can be done with app' })
    await menu.getByRole('menuitem', { name: /^Delete/ }).waitFor()
    await menu.getByRole('menuitem', { name: /^Show its requests/ }).click()
    await page.getByRole('heading', { name: 'Requests' }).waitFor()
  })

  it('of a wire removes it', async () => {
    const { app, page, canvas } = await drawnApp()
    const at = await canvas.pointOn('Live', 'alpha')
    await page.mouse.click(at.x, at.y, { button: 'right' })
    await page.getByRole('menuitem', { name: /^Remove wire/ }).click()
    await expectWires(app, [])
  })

  it('opens by key, and its verbs copy the wires of a block to another one', async () => {
    const { app, page, canvas } = await drawnApp()
    await canvas.card('block', 'Live').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: /^Copy its wires/ }).click()
    await canvas.card('block', 'Batch').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: /^Wire like Live/ }).click()
    await expectWires(app, ['Batch>alpha', 'Live>alpha'])
  })

  it('opens by a long press, on a wire too', async () => {
    const { page, canvas } = await startDrawnApp({ viewport: PHONE, hasTouch: true, isMobile: true })
    const card = canvas.card('block', 'Live')
    const box = await card.boundingBox()
    const point = { x: (box?.x ?? 0) + 12, y: (box?.y ?? 0) + 10 }
    const session = await page.context().newCDPSession(page)
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    await page.getByRole('menuitem', { name: /^Copy its wires/ }).waitFor()
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await page.getByRole('menuitem', { name: /^Copy its wires/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })

    const onWire = await canvas.pointOn('Live', 'alpha', 0.5)
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [onWire] })
    await page.getByRole('menuitem', { name: /^Remove wire/ }).waitFor()
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  })
})
