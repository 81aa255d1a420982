/** Moving cards: positions are stored, shown to other operators, and undone. */
import type { Locator, Page, Request } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually, type RunningApp } from '../../../support/apps/running-app.ts'
import { centreOf, createCanvasPage, drag, startDrawnApp } from '../../support/canvas-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

/** Counts the writes of positions from now on. The browser may tell of a write after its effect can be seen. */
function countWrites(page: Page): () => number {
  let writes = 0
  const count = (request: Request): void => {
    if (request.method() === 'PATCH' && request.url().endsWith('/positions')) writes += 1
  }
  page.on('request', count)
  onTestFinished(() => void page.off('request', count))
  return () => writes
}

async function positionsOf(app: RunningApp): Promise<Record<string, readonly [number, number]>> {
  const { endpoints, incoming_blocks, client_tokens } = await app.admin.state()
  return Object.fromEntries(
    [...endpoints, ...incoming_blocks, ...client_tokens].map(({ name, pos_x, pos_y }) => [
      name,
      [pos_x, pos_y] as const,
    ]),
  )
}

async function dragBy(page: Page, card: Locator, x: number, y: number): Promise<void> {
  const start = await centreOf(card)
  await drag(page, start, { x: start.x + x, y: start.y + y })
}

describe('moving by mouse', () => {
  it('keeps the card where it was dropped, on the grid, also after a reload', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const writes = countWrites(page)
    const before = (await positionsOf(app))['beta']
    await dragBy(page, canvas.card('endpoint', 'beta'), 83, 61)
    await eventually(async () => expect((await positionsOf(app))['beta']).not.toEqual(before))
    await eventually(() => expect(writes()).toBe(1))
    const dropped = await canvas.card('endpoint', 'beta').boundingBox()
    const [x, y] = (await positionsOf(app))['beta'] ?? []
    expect([(x ?? 1) % 8, (y ?? 1) % 8].map(Math.abs)).toEqual([0, 0])
    await page.reload()
    await canvas.card('endpoint', 'beta').waitFor()
    // The view is fitted again, so only distances can be compared.
    const [alpha, beta] = [
      await canvas.card('endpoint', 'alpha').boundingBox(),
      await canvas.card('endpoint', 'beta').boundingBox(),
    ]
    expect((beta?.x ?? 0) - (alpha?.x ?? 0)).toBeGreaterThan(60)
    expect(beta?.width).toBeCloseTo(dropped?.width ?? 0)
    expect(writes(), 'nothing was written again').toBe(1)
  })

  it('changes no etag', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const before = await app.admin.state()
    await dragBy(page, canvas.card('block', 'Batch'), 40, 40)
    await eventually(async () => expect((await positionsOf(app))['Batch']).not.toEqual([256, 300]))
    expect((await app.admin.state()).etag).toBe(before.etag)
  })

  it('moves all cards in a selection box with one write and one undo step', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const before = await positionsOf(app)
    const writes = countWrites(page)
    const [alpha, beta] = [canvas.card('endpoint', 'alpha'), canvas.card('endpoint', 'beta')]
    const [first, last] = [await alpha.boundingBox(), await beta.boundingBox()]
    if (!first || !last) throw new Error('no cards')
    await page.keyboard.down('Shift')
    await drag(
      page,
      { x: first.x - 30, y: first.y - 30 },
      { x: last.x + last.width + 30, y: last.y + last.height + 30 },
    )
    await page.keyboard.up('Shift')
    await dragBy(page, alpha, 48, 24)
    await eventually(() => expect(writes()).toBe(1))
    const [movedAlpha, movedBeta] = [await alpha.boundingBox(), await beta.boundingBox()]
    expect((movedAlpha?.x ?? 0) - first.x).toBeCloseTo((movedBeta?.x ?? 0) - last.x)
    expect((movedAlpha?.x ?? 0) - first.x).toBeGreaterThan(20)
    await canvas.undo.click()
    await eventually(async () => expect(await positionsOf(app)).toEqual(before))
    await eventually(() => expect(writes(), 'one for the move, one for its undo').toBe(2))
  })

  it('shows moves by other operators, except for a card that is being dragged', async () => {
    const { app, page, canvas, alpha, beta } = await startDrawnApp()
    const other = await openSignedIn(app)
    const seen = createCanvasPage(other).card('endpoint', 'beta')
    await seen.waitFor()
    const before = await centreOf(seen)

    const start = await centreOf(canvas.card('endpoint', 'alpha'))
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move(start.x + 60, start.y + 40, { steps: 6 })
    const held = await centreOf(canvas.card('endpoint', 'alpha'))
    await app.admin.call('PATCH', '/positions', {
      endpoints: [
        { id: alpha.id, pos_x: 1600, pos_y: 1600 },
        { id: beta.id, pos_x: 1200, pos_y: 480 },
      ],
    })
    await eventually(async () => expect((await centreOf(seen)).x).not.toBeCloseTo(before.x))
    expect(await centreOf(canvas.card('endpoint', 'alpha'))).toEqual(held)
    await page.mouse.up()
    await eventually(async () => expect((await positionsOf(app))['alpha']).not.toEqual([1600, 1600]))
  })
})

describe('moving by keyboard', () => {
  it('writes several arrow keys as one move', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const writes = countWrites(page)
    // On the canvas: its place on the screen also changes while the view is fitted.
    const node = canvas
      .card('block', 'Batch')
      .locator('xpath=ancestor-or-self::*[contains(@style, "translate(")][1]')
    const shownAt = async () => (/-?\d+px, -?\d+px/.exec((await node.getAttribute('style')) ?? '') ?? [''])[0]
    const [x = NaN, y = NaN] = (await shownAt()).split(', ').map((place) => parseInt(place, 10))
    await canvas.card('block', 'Batch').focus()
    for (let strokes = 0; strokes < 3; strokes += 1) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await eventually(() => expect(writes()).toBe(1))
    expect(await shownAt()).toBe(`${x + 24}px, ${y + 40}px`)
    await eventually(async () => expect((await positionsOf(app))['Batch']).toEqual([x + 24, y + 40]))
  })
})

describe('tidying up', () => {
  it('lays all cards out with one write, and undo and redo revert and repeat it', async () => {
    const { app, page, canvas, alpha, beta, live } = await startDrawnApp({ reducedMotion: 'no-preference' })
    await app.admin.call('PATCH', '/positions', {
      endpoints: [
        { id: alpha.id, pos_x: 40, pos_y: 40 },
        { id: beta.id, pos_x: 80, pos_y: 80 },
      ],
      incoming_blocks: [{ id: live.id, pos_x: 60, pos_y: 60 }],
    })
    // Where the cards are on the canvas: their places on the screen also change while the view is fitted.
    const cards = page.locator('.react-flow__node')
    const shownCrowded = () =>
      eventually(async () => {
        const places = await cards.evaluateAll((nodes) =>
          nodes.map((node) => (node as HTMLElement).style.transform),
        )
        expect(places).toEqual(
          expect.arrayContaining(['translate(40px, 40px)', 'translate(80px, 80px)', 'translate(60px, 60px)']),
        )
      })
    await shownCrowded()
    const crowded = await positionsOf(app)
    const writes = countWrites(page)
    await canvas.button('Tidy up').click()
    await eventually(() => expect(writes()).toBe(1))
    await eventually(async () => expect(await positionsOf(app)).not.toEqual(crowded))
    const tidy = await positionsOf(app)
    expect(tidy['alpha']?.[0]).toBe(tidy['beta']?.[0])
    expect(tidy['alpha']?.[0]).toBeGreaterThan(tidy['Live']?.[0] ?? 0)
    await canvas.undo.click()
    await eventually(async () => expect(await positionsOf(app)).toEqual(crowded))
    await canvas.redo.click()
    await eventually(async () => expect(await positionsOf(app)).toEqual(tidy))

    await canvas.undo.click()
    await eventually(async () => expect(await positionsOf(app)).toEqual(crowded))
    // The page, too, has to know where they are: it writes only what it changes.
    await shownCrowded()
    await page.keyboard.press('Shift+Alt+KeyT')
    await eventually(async () => expect(await positionsOf(app)).toEqual(tidy))
  })
})
