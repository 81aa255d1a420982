/** Details of pointer interaction on the canvas. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { centreOf, drag, startDrawnApp, type CanvasPage } from '../../support/canvas-page.ts'
import { sendSteadily } from '../../support/steady-traffic.ts'

const drawnApp = shared(startDrawnApp)

/** For the tests that change the view alone, or undo what else they change. */
async function fittedApp(): ReturnType<typeof startDrawnApp> {
  const drawn = await drawnApp()
  await drawn.canvas.button('Fit').click()
  return drawn
}

describe('the toolbar of a wire', () => {
  it('can be reached from the wire, and hides when the pointer leaves', async () => {
    const { page, canvas } = await fittedApp()
    const on = await canvas.pointOn('Live', 'alpha')
    await page.mouse.move(on.x, on.y)
    const toolbar = canvas.toolbar('Live', 'alpha')
    const at = await centreOf(toolbar.getByRole('button', { name: 'Remove wire' }))
    await page.mouse.move(at.x, at.y, { steps: 12 })
    await page.mouse.move(at.x + 1, at.y)
    expect(await toolbar.isVisible()).toBe(true)
    const ground = await centreOf(canvas.region)
    await page.mouse.move(ground.x, ground.y + 300)
    await toolbar.waitFor({ state: 'detached' })
  })
})

/** Cards that appear more than a second after the first ones fade in. */
const settle = (page: Page): Promise<void> =>
  page.evaluate(async (forMs) => {
    const from = performance.now()
    while (performance.now() - from < forMs) await new Promise(requestAnimationFrame)
  }, 1200)

const fading = (canvas: CanvasPage, name: string): Promise<string[]> =>
  canvas.card('block', name).evaluate((card) =>
    card
      .getAnimations({ subtree: true })
      .filter((animation) => animation instanceof CSSAnimation)
      .map(({ effect }) => String(effect?.getTiming().duration)),
  )

describe('a new card', () => {
  it('fades in', async () => {
    const { app, page, canvas } = await startDrawnApp({ reducedMotion: 'no-preference' })
    await settle(page)
    // Slowed down, so that it is observable on a slow machine.
    const browser = await page.context().newCDPSession(page)
    await browser.send('Animation.enable')
    await browser.send('Animation.setPlaybackRate', { playbackRate: 0.001 })
    await app.admin.block('Night')
    await canvas.card('block', 'Night').waitFor()
    expect(await fading(canvas, 'Night')).toEqual(['180'])
    expect(await fading(canvas, 'Batch'), 'what was there from the start').toEqual([])
  })

  it('appears at once with reduced motion', async () => {
    const { app, page, canvas } = await fittedApp()
    await settle(page)
    const { id } = await app.admin.block('Night')
    await canvas.card('block', 'Night').waitFor()
    expect((await fading(canvas, 'Night')).every((duration) => duration === '0')).toBe(true)
    await app.admin.call('DELETE', `/incoming-blocks/${id}`)
    await canvas.card('block', 'Night').waitFor({ state: 'detached' })
  })
})

describe('the map', () => {
  it('pans the canvas by dragging and zooms it by the wheel', async () => {
    const { page, canvas } = await fittedApp()
    const map = page.getByRole('img', { name: 'Map of the canvas' })
    const before = await canvas.card('block', 'Live').boundingBox()
    const middle = await centreOf(map)
    await drag(page, middle, { x: middle.x + 20, y: middle.y + 10 })
    await eventually(async () => {
      const after = await canvas.card('block', 'Live').boundingBox()
      expect(after?.x).toBeLessThan((before?.x ?? 0) - 20)
      expect(after?.y).toBeLessThan((before?.y ?? 0) - 10)
    })
    await page.mouse.wheel(0, -300)
    await eventually(async () =>
      expect((await canvas.card('block', 'Live').boundingBox())?.width).toBeGreaterThan(
        1.1 * (before?.width ?? Infinity),
      ),
    )
  })
})

describe('a panel that opens', () => {
  const wholeInSight = async (canvas: CanvasPage): Promise<boolean> => {
    const region = await canvas.region.boundingBox()
    const cards = [
      canvas.card('token', 'app'),
      canvas.card('endpoint', 'alpha'),
      canvas.card('endpoint', 'beta'),
    ]
    const boxes = await Promise.all(cards.map((card) => card.boundingBox()))
    return boxes.every(
      (box) =>
        box !== null &&
        region !== null &&
        box.x >= region.x &&
        box.x + box.width <= region.x + region.width &&
        box.y + box.height <= region.y + region.height,
    )
  }

  it('keeps all cards in view that were in view', async () => {
    const { page, canvas } = await startDrawnApp({ viewport: { width: 1024, height: 768 } })
    expect(await wholeInSight(canvas)).toBe(true)
    await page.getByRole('button', { name: 'Open the outline' }).click()
    await eventually(async () => expect(await wholeInSight(canvas)).toBe(true))
    await page.getByRole('button', { name: 'Close the inspector' }).click()
    await eventually(async () => expect(await wholeInSight(canvas)).toBe(true))
  })

  it('does not change a view that was panned', async () => {
    const { page, canvas } = await startDrawnApp({ viewport: { width: 1024, height: 768 } })
    const ground = await centreOf(canvas.region)
    await drag(page, { x: ground.x, y: ground.y + 250 }, { x: ground.x - 60, y: ground.y + 200 })
    const region = await canvas.region.boundingBox()
    const before = await centreOf(canvas.card('block', 'Live'))
    await page.getByRole('button', { name: 'Open the outline' }).click()
    await page.getByRole('tree').waitFor()
    const moved = await canvas.region.boundingBox()
    const after = await centreOf(canvas.card('block', 'Live'))
    expect(after.x - (moved?.x ?? 0)).toBeCloseTo(before.x - (region?.x ?? 0), 0)
    expect(after.y).toBeCloseTo(before.y, 0)
  })
})

it('does not cover the zoom buttons when panels leave little room', async () => {
  const { page, canvas } = await startDrawnApp({ viewport: { width: 1024, height: 768 } })
  const map = page.getByRole('img', { name: 'Map of the canvas' })
  await map.waitFor()
  await page.getByRole('button', { name: 'Open the outline' }).click()
  await map.waitFor({ state: 'detached' })
  for (const name of ['Zoom in', 'Fit', 'Tidy up']) await canvas.button(name).click({ trial: true })
})

it('ignores the grid while Alt is pressed', async () => {
  const { app, page, canvas, beta } = await startDrawnApp()
  const place = async () => {
    const endpoint = (await app.admin.state()).endpoints.find(({ id }) => id === beta.id)
    return [endpoint?.pos_x ?? Number.NaN, endpoint?.pos_y ?? Number.NaN] as const
  }
  const start = await centreOf(canvas.card('endpoint', 'beta'))
  await page.keyboard.down('Alt')
  await drag(page, start, { x: start.x + 83, y: start.y + 61 })
  await page.keyboard.up('Alt')
  await eventually(async () => {
    const [x, y] = await place()
    expect(Math.abs(x % 8) + Math.abs(y % 8)).toBeGreaterThan(0)
    expect([x, y]).not.toEqual([beta.pos_x, beta.pos_y])
  })
  const again = await centreOf(canvas.card('endpoint', 'beta'))
  await drag(page, again, { x: again.x + 50, y: again.y + 30 })
  await eventually(async () => {
    const [x, y] = await place()
    expect([Math.abs(x % 8), Math.abs(y % 8)]).toEqual([0, 0])
  })
})

/** The canvas element of the traffic animation. */
const drawing = (canvas: CanvasPage): Promise<string> =>
  canvas.region.locator('canvas').evaluate((surface: HTMLCanvasElement) => surface.toDataURL())

const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (wanted) => {
    for (let drawn = 0; drawn < wanted; drawn += 1) await new Promise(requestAnimationFrame)
  }, count)

it('stops the marks on the wire under the pointer', async () => {
  const { app, page, canvas, token } = await startDrawnApp({ reducedMotion: 'no-preference' })
  sendSteadily(app, [token.token], 20)
  const moves = async (): Promise<boolean> => {
    const before = await drawing(canvas)
    await frames(page, 5)
    return (await drawing(canvas)) !== before
  }
  await eventually(async () => expect(await moves()).toBe(true))
  const on = await canvas.pointOn('Live', 'alpha')
  await page.mouse.move(on.x, on.y)
  await canvas.toolbar('Live', 'alpha').waitFor()
  // New figures may add a mark, but no mark moves.
  await eventually(async () => expect(await moves()).toBe(false))
})

it('shows a focus indicator on every focusable element', async () => {
  const { page, canvas } = await fittedApp()
  await canvas.card('token', 'app').focus()
  const bare: string[] = []
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press('Tab')
    const unseen = await page.evaluate(() => {
      const { activeElement: focused } = document
      if (focused === null || focused === document.body) return undefined
      const isSeen = (element: Element): boolean => {
        const { outlineStyle, outlineWidth, boxShadow, filter } = getComputedStyle(element)
        return (
          (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none' || filter !== 'none'
        )
      }
      // The frame of a field or a line may show the focus of an element.
      const shown = [focused, focused.parentElement, focused.querySelector('path')]
      return shown.some((element) => element !== null && isSeen(element))
        ? undefined
        : focused.outerHTML.slice(0, 160)
    })
    if (unseen !== undefined) bare.push(unseen)
  }
  expect(bare).toEqual([])
})

it("has scrollbars in the page's colours", async () => {
  const { page } = await fittedApp()
  await page.getByRole('button', { name: 'Open the outline' }).click()
  const styles = await page.getByRole('tree').evaluate((tree) => {
    const { scrollbarColor, scrollbarWidth } = getComputedStyle(tree.parentElement ?? tree)
    return { scrollbarColor, scrollbarWidth }
  })
  expect(styles.scrollbarColor).not.toBe('auto')
  expect(styles.scrollbarWidth).toBe('thin')
  await page.getByRole('button', { name: 'Close the outline' }).first().click()
})
