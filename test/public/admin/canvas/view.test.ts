/** Zooming and panning: wires stay at their handles, strokes and texts keep their size. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { axeViolations } from '../../support/axe.ts'
import { centreOf, drag, startDrawnApp, type CanvasPage } from '../../support/canvas-page.ts'
import { casesOf, isFull } from '../../../support/effort.ts'
import { TABLET } from '../../support/open-page.ts'

const zoomOf = async (page: Page): Promise<number> => {
  const label = await page.getByRole('button', { name: /^Zoom \d+ percent/ }).getAttribute('aria-label')
  return Number(/\d+/.exec(label ?? '')?.[0]) / 100
}

/** Zooms by the wheel, around the centre of the canvas. */
async function zoomTo(page: Page, canvas: CanvasPage, wanted: number): Promise<void> {
  const middle = await centreOf(canvas.region)
  await page.mouse.move(middle.x, middle.y)
  for (let turns = 0; turns < 60; turns += 1) {
    const zoom = await zoomOf(page)
    if (Math.abs(zoom - wanted) <= 0.02 * wanted + 0.005) return
    const notches = Math.log2(wanted / zoom) / 0.002
    await page.mouse.wheel(0, -Math.max(-200, Math.min(200, notches)))
    await page
      .waitForFunction(
        ([selector, before]) => document.querySelector(selector)?.getAttribute('style') !== before,
        ['.react-flow__viewport', await page.locator('.react-flow__viewport').getAttribute('style')] as const,
        { timeout: 250 },
      )
      .catch(() => undefined)
  }
  throw new Error(`the zoom does not come to ${wanted}`)
}

const endsOf = (wire: Locator) =>
  wire
    .locator('path')
    .first()
    .evaluate((path: SVGPathElement) => {
      const matrix = path.getScreenCTM() ?? undefined
      const at = (length: number) => {
        const { x, y } = path.getPointAtLength(length)
        const point = new DOMPoint(x, y).matrixTransform(matrix)
        return { x: point.x, y: point.y }
      }
      return [at(0), at(path.getTotalLength())] as const
    })

const widthOnScreen = (wire: Locator) =>
  wire
    .locator('path')
    .first()
    .evaluate(
      (path: SVGPathElement) =>
        parseFloat(getComputedStyle(path).strokeWidth) * (path.getScreenCTM()?.a ?? Number.NaN),
    )

const drawnApp = shared(startDrawnApp)

/** For the tests that change the view alone. */
async function fittedApp(): ReturnType<typeof startDrawnApp> {
  const drawn = await drawnApp()
  await drawn.canvas.button('Fit').click()
  return drawn
}

describe('the view', () => {
  it('moves at once for those who prefer reduced motion', async () => {
    const { page, canvas } = await fittedApp()
    await zoomTo(page, canvas, 2)
    const moves = await page.locator('.react-flow__viewport').evaluateHandle((view: HTMLElement) => {
      const seen: string[] = []
      const note = (): void => void seen.push(view.style.transform)
      new MutationObserver(note).observe(view, { attributes: true, attributeFilter: ['style'] })
      return seen
    })
    await canvas.button('Fit').click()
    await eventually(async () => expect(await zoomOf(page)).toBeLessThanOrEqual(1))
    expect(new Set(await moves.jsonValue()).size).toBe(1)
  })

  it.runIf(isFull)(
    'keeps the ends of wires at their handles and strokes at their width, from 25 % to 200 %',
    async () => {
      const { page, canvas } = await fittedApp()
      const wire = canvas.wire('Live', 'alpha')
      const [from, to] = [canvas.blockHandle('Live'), canvas.endpointHandle('alpha')]
      const width = await widthOnScreen(wire)
      expect(width).toBeCloseTo(1.2, 1)
      for (const zoom of [0.25, 0.5, 1, 1.5, 2]) {
        await zoomTo(page, canvas, zoom)
        const [start, end] = await endsOf(wire)
        const [source, target] = [await centreOf(from), await centreOf(to)]
        expect(Math.hypot(start.x - source.x, start.y - source.y)).toBeLessThan(1)
        expect(Math.hypot(end.x - target.x, end.y - target.y)).toBeLessThan(1)
        expect(await widthOnScreen(wire)).toBeCloseTo(width, 1)
      }
    },
  )

  it('shows only name, state and speed at low zoom', async () => {
    const { page, canvas } = await fittedApp()
    const details = canvas.card('endpoint', 'alpha').getByText('first token')
    await zoomTo(page, canvas, 0.7)
    expect(await details.isVisible()).toBe(true)
    await zoomTo(page, canvas, 0.5)
    expect(await details.isVisible()).toBe(false)
    expect(await canvas.card('endpoint', 'alpha').getByText('alpha').last().isVisible()).toBe(true)
    expect(await canvas.card('endpoint', 'alpha').getByText('tok/s').last().isVisible()).toBe(true)
  })

  it('fits, zooms by buttons, and pans by dragging the background', async () => {
    const { page, canvas } = await fittedApp()
    const reset = page.getByRole('button', { name: /^Zoom \d+ percent/ })
    await reset.click()
    // Zooming in begins where the view stands: not while it still moves.
    await eventually(async () => expect(await zoomOf(page)).toBe(1))
    await canvas.button('Zoom in').click()
    await eventually(async () => expect(await zoomOf(page)).toBeGreaterThan(1.1))
    await reset.click()
    await eventually(async () => expect(await zoomOf(page)).toBe(1))
    const before = await centreOf(canvas.card('block', 'Live'))
    const ground = await centreOf(canvas.region)
    await drag(page, { x: ground.x, y: ground.y + 300 }, { x: ground.x - 900, y: ground.y - 300 })
    const after = await centreOf(canvas.card('block', 'Live'))
    expect([after.x - before.x, after.y - before.y]).toEqual([-900, -600])
    await page.keyboard.press('1')
    await eventually(async () => expect((await centreOf(canvas.card('block', 'Live'))).x).toBeGreaterThan(0))
  })

  it('has a map with a label and the proportions of the canvas', async () => {
    const { page, canvas } = await fittedApp()
    const map = page.getByRole('img', { name: 'Map of the canvas' })
    const proportionOf = async (element: Locator): Promise<number> => {
      const { width, height } = (await element.boundingBox()) ?? { width: 0, height: 1 }
      return width / height
    }
    const before = page.viewportSize()
    for (const viewport of [before, TABLET]) {
      if (viewport) await page.setViewportSize(viewport)
      await eventually(async () =>
        expect((await proportionOf(map)) / (await proportionOf(canvas.region))).toBeCloseTo(1, 1),
      )
    }
    if (before) await page.setViewportSize(before)
  })

  it('shows markup in a name as text', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const name = '<img src=x onerror="document.title=1">'
    await app.admin.block(name)
    await app.admin.token(name)
    await canvas.card('block', name).getByText(name).first().waitFor()
    await canvas.card('token', name).getByText(name).first().waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('LLM Load Balancer')
  })

  it.each(casesOf(['dark', 'light'] as const, 1))('passes axe in the %s theme', async (colorScheme) => {
    const { app, page, canvas, beta } = await startDrawnApp({ colorScheme })
    await app.admin.patchEndpoint(beta.id, { enabled: false })
    await canvas.card('endpoint', 'beta').getByText('disabled').first().waitFor()
    await canvas.card('block', 'Batch').focus()
    await page.keyboard.press('w')
    await page.getByRole('region', { name: 'Connect Batch' }).waitFor()
    await canvas.wire('Live', 'alpha').focus()
    await canvas.toolbar('Live', 'alpha').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})
