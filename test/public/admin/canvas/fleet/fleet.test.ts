/** A fleet on the canvas: folding, groups made by hand, what is connected, and a found card. */
import { describe, expect, it } from 'vitest'
import type { Locator } from 'playwright-core'
import { eventually } from '../../../../support/apps/running-app.ts'
import { shared } from '../../../../support/lifetime.ts'
import { openInterruptibleProxy } from '../../../support/interruptible-proxy.ts'
import { axeViolations } from '../../../support/axe.ts'
import { createCanvasPage } from '../../../support/canvas-page.ts'
import { openSignedIn } from '../../../support/signed-in.ts'
import { isInside, startSmallFleet } from './small-fleet.ts'

const OLD = /^\d+\ss old$/

const openFleet = shared(async () => {
  const { app, ask } = await startSmallFleet()
  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  const group = (name: string) => page.getByRole('group', { name: `Group ${name}`, exact: true })
  await group('gpu-b').waitFor()
  return { app, page, canvas, group, ask }
})

describe('a fleet', () => {
  it('is folded into blocks and groups, which unfold in place and stay so', async () => {
    const { page, canvas, group } = await openFleet()
    expect(await page.getByRole('group', { name: /^(?:Client token|Endpoint) / }).count()).toBe(0)
    await page.getByRole('group', { name: '3 wires from team-0 to the group gpu-a', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Unfold the group gpu-a' }).click()
    await canvas.card('endpoint', 'gpu-a-23').waitFor()
    await canvas.button('Unfold all 12 clients of team-1').click()
    await canvas.card('token', 'client-1').waitFor()
    await page.reload()
    await canvas.card('endpoint', 'gpu-a-23').waitFor()
    await canvas.card('token', 'client-1').waitFor()
    await group('gpu-a').focus()
    await page.keyboard.press('f')
    await canvas.card('endpoint', 'gpu-a-23').waitFor({ state: 'detached' })
    await canvas.card('block', 'team-1').focus()
    await page.keyboard.press('f')
    await canvas.card('token', 'client-1').waitFor({ state: 'detached' })
    expect(await axeViolations(page)).toEqual([])
  })

  it('has the busiest clients of a folded block by name, and those that fail by number', async () => {
    const { app, page, canvas, ask } = await openFleet()
    const busiest = page.getByRole('list', { name: 'Busiest clients of team-2' })
    const names = async () => (await busiest.getByRole('button').allInnerTexts()).map((text) => text.trim())
    await page.getByRole('button', { name: /^Zoom \d+ percent/ }).click()
    await canvas.card('block', 'team-2').focus()
    await canvas.button('Unfold all 12 clients of team-2').waitFor()
    expect(await names()).toHaveLength(3)
    for (const name of ['client-46', 'client-42', 'client-38']) await ask(name)
    await eventually(async () => expect(await names()).toEqual(['client-38', 'client-42', 'client-46']))
    await app.backend.setFault({ kind: 'status', status: 500 })
    await ask('client-46')
    await canvas.card('block', 'team-2').getByText('1 failing').waitFor()
    await app.backend.setFault(null)
    await canvas.button('Fit').click()
  })

  it('bundles the wires into a group with the sum of their figures, and spreads them under the pointer', async () => {
    const { page, canvas, group, ask } = await openFleet()
    const label = '3 wires from team-3 to the group gpu-b'
    const bundle = page.getByRole('group', { name: label, exact: true })
    await group('gpu-b').focus()
    await page.keyboard.press('f')
    await canvas.card('endpoint', 'gpu-b-23').waitFor()
    expect(await bundle.locator('path').count()).toBe(2)
    const point = await bundle
      .locator('path')
      .first()
      .evaluate((path: SVGPathElement) => {
        const { x, y } = path.getPointAtLength(path.getTotalLength() * 0.4)
        const at = new DOMPoint(x, y).matrixTransform(path.getScreenCTM() ?? undefined)
        return { x: at.x, y: at.y }
      })
    await page.mouse.move(point.x, point.y)
    const toolbar = page.getByRole('toolbar', { name: label, exact: true })
    await toolbar.waitFor()
    // One strand to each of the three members that the block is wired to.
    await eventually(async () => expect(await bundle.locator('path').count()).toBe(5))
    // Enough that each worker sends some to every endpoint of the block, where there are several.
    const inFlight = Array.from({ length: 12 }, () => ask('client-3'))
    await eventually(async () => expect(await toolbar.innerText()).toMatch(/3 wires · [1-9]\d* tok\/s/))
    await Promise.all(inFlight)
    await page.mouse.move(5, 5)
    await toolbar.waitFor({ state: 'detached' })
    await group('gpu-b').focus()
    await page.keyboard.press('f')
    await canvas.card('endpoint', 'gpu-b-23').waitFor({ state: 'detached' })
  })

  it('says how old its figures are once they stand still: folded, unfolded, and from afar', async () => {
    const { app } = await openFleet()
    const proxy = await openInterruptibleProxy(app.port)
    const page = await openSignedIn(proxy, {
      expectedErrors: /Failed to load resource|net::ERR|Failed to fetch/,
    })
    const canvas = createCanvasPage(page)
    const group = (name: string) => page.getByRole('group', { name: `Group ${name}`, exact: true })
    await page.getByRole('button', { name: 'Unfold the group gpu-a' }).click()
    await canvas.card('endpoint', 'gpu-a-23').waitFor()
    await page.getByRole('status', { name: 'Live' }).waitFor()
    await page.getByRole('button', { name: /^Zoom \d+ percent/ }).click()
    const cards = [canvas.card('block', 'team-0'), group('gpu-b'), group('gpu-a')]
    for (const card of cards) expect(await card.getByText(OLD).count()).toBe(0)
    proxy.freeze()
    for (const card of cards) await card.getByText(OLD).waitFor()
    for (let n = 0; n < 4; n += 1) await canvas.button('Zoom out').click()
    await page.getByRole('button', { name: 'Zoom 48 percent; set to 100 percent' }).waitFor()
    for (const card of cards) await card.getByText(OLD).waitFor()
  })

  it('dims what is not connected to the selected card', async () => {
    const { page, canvas } = await openFleet()
    const isDimmed = (card: Locator) => card.evaluate((element) => element.classList.contains('dimmed'))
    await canvas.card('block', 'team-2').focus()
    await page.keyboard.press('Enter')
    await eventually(async () => expect(await isDimmed(canvas.card('block', 'team-1'))).toBe(true))
    expect(await isDimmed(canvas.card('block', 'team-2'))).toBe(false)
    expect(await isDimmed(page.getByRole('group', { name: 'Group gpu-b', exact: true }))).toBe(false)
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await eventually(async () => expect(await isDimmed(canvas.card('block', 'team-1'))).toBe(false))
  })

  it('shows a folded client that was found beside its block, in the free part of the canvas', async () => {
    const { page, canvas } = await openFleet()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Commands' }).fill('client-37')
    await page.getByRole('option', { name: /^client-37/ }).click()
    const [card, block] = [canvas.card('token', 'client-37'), canvas.card('block', 'team-1')]
    await eventually(async () => {
      expect(await isInside(card, canvas.region)).toBe(true)
      expect(await isInside(block, canvas.region)).toBe(true)
    })
    const bar = await page.getByRole('toolbar', { name: 'View of the canvas' }).boundingBox()
    const box = await card.boundingBox()
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(bar?.y ?? 0)
    await page.keyboard.press('Escape')
    await card.waitFor({ state: 'detached' })
  })

  it('has groups made by hand, which are configuration: exported, and undone', async () => {
    const { app, page, canvas, group } = await openFleet()
    await group('gpu-b').focus()
    await page.keyboard.press('Enter')
    const inspector = page.getByRole('complementary', { name: 'Inspector' })
    await inspector.getByText('24 selected').waitFor()
    await inspector.getByLabel('Group').fill('spare racks')
    await inspector.getByRole('button', { name: 'Group them' }).click()
    await group('spare racks').waitFor()
    await group('gpu-b').waitFor({ state: 'detached' })
    const grouped = async () =>
      (await app.admin.state()).endpoints.filter((endpoint) => endpoint.group === 'spare racks').length
    await eventually(async () => expect(await grouped()).toBe(24))
    const exported = await page.request.get(`${app.url}/admin/api/config`)
    expect(await exported.text()).toContain('group: spare racks')
    await canvas.undo.click()
    await group('gpu-b').waitFor()
    await page.keyboard.press('Escape')
  })

  it('is shown whole by Fit, also where nothing is folded', async () => {
    const { page, canvas } = await openFleet()
    const choose = async (item: string) => {
      await page.getByRole('button', { name: 'Fold', exact: true }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await choose('Each a card')
    await choose('No groups')
    await canvas.card('endpoint', 'gpu-b-23').waitFor()
    await canvas.button('Fit').click()
    const cards = page.getByRole('group', { name: /^(?:Client token|Endpoint|Incoming block) / })
    await eventually(async () => {
      for (const index of [0, 20, 47, 48, 60, 99])
        expect(await isInside(cards.nth(index), canvas.region)).toBe(true)
    })
    await page.getByRole('button', { name: 'Fold', exact: true }).click()
    await page.getByRole('menuitem', { name: 'In their blocks' }).click()
    await choose('Automatic groups')
  })
})
