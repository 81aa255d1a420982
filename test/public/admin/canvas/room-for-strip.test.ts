/** The cards make room for the strip over the canvas, unless they are held or the view has been panned. */
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { DESKTOP, PHONE, TABLET } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height

/** Six endpoints, whose health checks fail when they are told to, and a client token. */
async function openTall() {
  const app = await startApp({
    backends: Array.from({ length: 6 }, () => ({})),
    endpoints: { health_check_path: '/health', health_check_interval_seconds: 1 },
  })
  await app.admin.token('app')
  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  const now = page.getByRole('region', { name: 'Now' })
  const cards = page.getByRole('group', { name: /^(?:Client token|Endpoint|Incoming block) / })
  await canvas.card('endpoint', 'backend-6').waitFor()
  const boxes = async (): Promise<Box[]> =>
    (await Promise.all((await cards.all()).map((card) => card.boundingBox()))).filter((box) => box !== null)
  return {
    ...{ app, page, canvas, now, boxes },
    break: (index: number) =>
      app.backends[index]?.setFault({ kind: 'status', status: 503, pathPrefix: '/health' }),
    rows: (count: number) =>
      eventually(async () => expect(await now.getByRole('listitem').count()).toBe(count)),
    expectFree: () =>
      eventually(async () => {
        const strip = await now.boundingBox()
        const covered = (await boxes()).filter((box) => strip === null || overlap(box, strip))
        expect(covered).toEqual([])
      }),
  }
}

it('covers no card: they make room when a trouble begins, and keep it when it ends', async () => {
  const { app, page, canvas, now, boxes, rows, expectFree, ...tall } = await openTall()
  const before = await boxes()
  await tall.break(0)
  await rows(1)
  await expectFree()
  expect(await boxes()).not.toEqual(before)
  await tall.break(1)
  await tall.break(2)
  await rows(3)
  await expectFree()
  const withAll = await boxes()
  for (const backend of app.backends) await backend.setFault(null)
  await now.waitFor({ state: 'detached' })
  expect(await boxes()).toEqual(withAll)
  await canvas.button('Fit').click()
  await eventually(async () => expect(await boxes()).toEqual(before))
})

it('moves no card that is held, and none of a view that was panned', async () => {
  const { page, canvas, now, boxes, rows, expectFree, ...tall } = await openTall()
  await tall.break(0)
  await rows(1)
  await expectFree()
  const held = canvas.card('block', 'Incoming 1')
  const box = await held.boundingBox()
  if (box === null) throw new Error('the block is not shown')
  const [x, y] = [box.x + box.width / 2, box.y + 6]
  const others = async () => (await boxes()).filter(({ width }) => width > box.width)
  const before = await others()
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x - 40, y, { steps: 4 })
  await tall.break(1)
  await tall.break(2)
  await rows(3)
  expect(await others()).toEqual(before)
  const dragged = await held.boundingBox()
  expect(dragged?.y).toBeCloseTo(box.y, 0)
  await page.mouse.move(x, y, { steps: 4 })
  await page.mouse.up()
  await expectFree()

  const empty = await canvas.region.boundingBox()
  const [left, middle] = [(empty?.x ?? 0) + 12, (empty?.y ?? 0) + (empty?.height ?? 0) / 2]
  await page.mouse.move(left, middle)
  await page.mouse.down()
  await page.mouse.move(left, middle - 60, { steps: 4 })
  await page.mouse.up()
  const panned = await boxes()
  await tall.break(3)
  await now.getByRole('button', { name: '1 more' }).waitFor()
  expect(await boxes()).toEqual(panned)
  // A card that is reached by key comes out from under it.
  await page.keyboard.press('Tab')
  const first = canvas.card('endpoint', 'backend-1')
  await first.focus()
  await eventually(async () => {
    const [strip, card] = [await now.boundingBox(), await first.boundingBox()]
    expect(strip && card && overlap(strip, card)).toBe(false)
  })
  // On a phone it is a sheet over the buttons.
  await page.getByRole('button', { name: 'Close the inspector' }).click()
  for (const size of [TABLET, PHONE, DESKTOP]) {
    await page.setViewportSize(size)
    await canvas.button('Fit').click()
    await expectFree()
  }
})
