/** Groups made by hand: their colour and their name, for all operators, with undo, and the lines to them. */
import { expect, it } from 'vitest'
import { eventually } from '../../../../support/apps/running-app.ts'
import { createCanvasPage, startDrawnApp } from '../../../support/canvas-page.ts'
import { openSignedIn } from '../../../support/signed-in.ts'

it('have a colour and a new name for all operators at once, which undo takes back', async () => {
  const { app, page, canvas, alpha, beta } = await startDrawnApp()
  for (const { id } of [alpha, beta]) await app.admin.patchEndpoint(id, { group: 'paris' })
  const other = await openSignedIn(app)
  const group = (where: typeof page, name: string) =>
    where.getByRole('group', { name: `Group ${name}`, exact: true })
  const hue = (where: typeof page, name: string) => group(where, name).locator('[data-hue]').first()
  const colorOf = (where: typeof page, name: string) => hue(where, name).getAttribute('data-hue')
  await group(other, 'paris').waitFor()
  const automatic = await colorOf(page, 'paris')
  const chosen = automatic === 'pink' ? 'teal' : 'pink'
  await group(page, 'paris').click({ button: 'right' })
  await page.getByRole('menuitem', { name: new RegExp(chosen, 'i') }).click()
  await eventually(async () => expect(await colorOf(other, 'paris')).toBe(chosen))

  await group(page, 'paris').focus()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: /^Rename/ }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Lyon')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await group(other, 'Lyon').waitFor()
  expect(await colorOf(other, 'Lyon')).toBe(chosen)
  expect((await app.admin.state()).endpoints.map((one) => one.group)).toEqual(['Lyon', 'Lyon'])

  await canvas.undo.click()
  await group(other, 'paris').waitFor()
  expect(await colorOf(other, 'paris')).toBe(chosen)
  await canvas.undo.click()
  await eventually(async () => expect(await colorOf(other, 'paris')).toBe(automatic))
  expect((await app.admin.state()).endpoint_groups).toEqual([])
  await createCanvasPage(other).card('block', 'Live').waitFor()
})

it('stay unfolded under another name, whoever has given it', async () => {
  const { app, page, canvas, alpha, beta } = await startDrawnApp()
  for (const { id } of [alpha, beta]) await app.admin.patchEndpoint(id, { group: 'paris' })
  const group = (name: string) => page.getByRole('group', { name: `Group ${name}`, exact: true })
  await group('paris').waitFor()
  await group('paris').focus()
  await page.keyboard.press('f')
  await canvas.card('endpoint', 'alpha').waitFor()
  for (const [from, to] of [
    ['paris', 'lyon'],
    ['lyon', 'nice'],
  ] as const) {
    await app.admin.call('PATCH', '/endpoint-groups', { group: from, name: to })
    await group(to).waitFor()
    await canvas.card('endpoint', 'alpha').waitFor()
  }
  await page.reload()
  await group('nice').waitFor()
  await canvas.card('endpoint', 'beta').waitFor()
})

it('are reached by their lines when they are unfolded from afar', async () => {
  const { app, page, canvas, alpha, beta } = await startDrawnApp()
  for (const { id } of [alpha, beta]) await app.admin.patchEndpoint(id, { group: 'paris' })
  const group = page.getByRole('group', { name: 'Group paris', exact: true })
  await group.waitFor()
  const line = page.getByRole('group', { name: /wires? from Live to the group paris$/ })
  await line.waitFor()
  await eventually(async () => {
    await canvas.button('Zoom out').click()
    expect(await page.locator('[data-map]').count()).toBe(1)
  })
  await group.focus()
  await page.keyboard.press('f')
  await canvas.card('endpoint', 'alpha').waitFor()
  await eventually(async () => {
    const box = await group.boundingBox()
    const end = await line
      .locator('path')
      .first()
      .evaluate((path: SVGPathElement) => {
        const { x, y } = path.getPointAtLength(path.getTotalLength())
        return new DOMPoint(x, y).matrixTransform(path.getScreenCTM() ?? undefined)
      })
    expect(Math.abs(end.x - (box?.x ?? 0))).toBeLessThan(8)
    expect(Math.abs(end.y - (box?.y ?? 0) - (box?.height ?? 0) / 2)).toBeLessThan(8)
  })
})
