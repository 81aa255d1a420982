/** Finds the elements of the canvas by role and name, and draws on it by mouse. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { eventually, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { shared } from '../../support/lifetime.ts'
import type { OpenOptions } from './open-page.ts'
import { openSignedIn } from './signed-in.ts'

interface Point {
  readonly x: number
  readonly y: number
}

export async function centreOf(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('the element is not visible')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Expects the card to lie whole in the canvas, above its toolbar. */
export async function expectInView(page: Page, card: Locator): Promise<void> {
  const region = page.getByRole('region', { name: 'Canvas', exact: true })
  const bar = await page.getByRole('toolbar', { name: 'View of the canvas' }).boundingBox()
  const [box, area] = [await card.boundingBox(), await region.boundingBox()]
  if (box === null || area === null || bar === null) throw new Error('the canvas is not visible')
  expect(box.x).toBeGreaterThan(area.x)
  expect(box.x + box.width).toBeLessThan(area.x + area.width)
  expect(box.y).toBeGreaterThan(area.y)
  expect(box.y + box.height).toBeLessThan(bar.y)
}

const isPoint = (place: Locator | Point): place is Point => 'y' in place

/** Drags by mouse in several steps, as a user does. */
export async function drag(page: Page, from: Locator | Point, to: Locator | Point): Promise<void> {
  const [start, end] = [isPoint(from) ? from : await centreOf(from), isPoint(to) ? to : await centreOf(to)]
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 5 })
  await page.mouse.move(end.x, end.y, { steps: 5 })
  await page.mouse.up()
}

/** Large enough that the canvas, without the panels around it, has the size of a common screen. */
const WIDE = { width: 1836, height: 978 }

const nouns = { token: 'Client token', block: 'Incoming block', endpoint: 'Endpoint' } as const

export function createCanvasPage(page: Page) {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const wire = (block: string, endpoint: string) =>
    page.getByRole('group', { name: `Wire from ${block} to ${endpoint}`, exact: true })
  return {
    card: (kind: keyof typeof nouns, name: string) =>
      page.getByRole('group', { name: `${nouns[kind]} ${name}`, exact: true }),
    wire,
    line: (name: string) => page.getByRole('group', { name, exact: true }),
    toolbar: (block: string, endpoint: string) =>
      page.getByRole('toolbar', { name: `Wire from ${block} to ${endpoint}`, exact: true }),
    button,
    /** The buttons of the page header, not those of toasts. */
    undo: page.getByRole('banner').getByRole('button', { name: /^Undo/ }),
    redo: page.getByRole('banner').getByRole('button', { name: /^Redo/ }),
    tokenHandle: (name: string) => button(`Connect client token ${name}`),
    blockHandle: (name: string) => button(`Connect incoming block ${name}`),
    blockInlet: (name: string) => button(`Connect to incoming block ${name}`),
    endpointHandle: (name: string) => button(`Connect to endpoint ${name}`),
    region: page.getByRole('region', { name: 'Canvas', exact: true }),
    /** @returns a point on the wire that nothing else covers. */
    async pointOn(block: string, endpoint: string, part = 0.3): Promise<Point> {
      return wire(block, endpoint)
        .locator('path')
        .first()
        .evaluate((path: SVGPathElement, at) => {
          const { x, y } = path.getPointAtLength(path.getTotalLength() * at)
          const { x: left, y: top } = new DOMPoint(x, y).matrixTransform(path.getScreenCTM() ?? undefined)
          return { x: left, y: top }
        }, part)
    },
  }
}

export type CanvasPage = ReturnType<typeof createCanvasPage>

/** @returns the wires as `block>endpoint`, sorted. */
export function wiresOf({ wires, incoming_blocks, endpoints }: StateView): string[] {
  const names = (objects: readonly { readonly id: number; readonly name: string }[]) =>
    new Map(objects.map(({ id, name }) => [id, name]))
  const [blocks, backends] = [names(incoming_blocks), names(endpoints)]
  return wires.map((wire) => `${blocks.get(wire.incoming_block_id)}>${backends.get(wire.endpoint_id)}`).sort()
}

/** Waits until the server has exactly these wires. */
export const expectWires = (app: RunningApp, wires: readonly string[]): Promise<void> =>
  eventually(async () => expect(wiresOf(await app.admin.state())).toEqual([...wires].sort()))

/**
 * Lets the tests of a file share what `startDrawnApp` starts. Each begins with its one wire and no preference; what
 * else a test changes, it must undo.
 */
export function sharedDrawnApp(): () => ReturnType<typeof startDrawnApp> {
  const drawnApp = shared(startDrawnApp)
  return async () => {
    const drawn = await drawnApp()
    const { app, page, canvas, live, alpha, token } = drawn
    for (const { incoming_block_id: block, endpoint_id: endpoint } of (await app.admin.state()).wires)
      if (block !== live.id || endpoint !== alpha.id)
        await app.admin.call('DELETE', `/wires/${block}/${endpoint}`)
    await app.admin.call('PUT', `/wires/${live.id}/${alpha.id}`)
    const own = { incoming_block_id: live.id, preferred_endpoint_id: null }
    await app.admin.call('PATCH', `/tokens/${token.id}`, own)
    await canvas.wire('Live', 'alpha').waitFor()
    await page.getByLabel('app belongs to Live').waitFor({ state: 'attached' })
    await page.getByRole('group', { name: / prefers / }).waitFor({ state: 'detached' })
    const wires = page.getByRole('group', { name: /^Wire from / })
    await eventually(async () => expect(await wires.count()).toBe(1))
    return drawn
  }
}

/**
 * Starts an app with the blocks `Live` and `Batch`, the endpoints `alpha` and `beta`, a client token `app` in `Live`
 * and one wire from Live to alpha, and opens its canvas.
 */
export async function startDrawnApp(options: OpenOptions = {}) {
  const app = await startListingApp()
  const { admin } = app
  const [first] = (await admin.state()).incoming_blocks
  if (first === undefined) throw new Error('the default incoming block is missing')
  await admin.call('PATCH', `/incoming-blocks/${first.id}`, { name: 'Live' })
  const alpha = await admin.patchEndpoint(app.endpoint.id, { name: 'alpha', connected: false })
  const beta = await admin.endpoint('beta', app.backend.baseUrl, { connected: false })
  const batch = await admin.block('Batch')
  const token = await admin.token('app')
  await admin.call('PUT', `/wires/${first.id}/${alpha.id}`)
  const page = await openSignedIn(app, { viewport: WIDE, ...options })
  const canvas = createCanvasPage(page)
  await canvas.card('endpoint', 'beta').waitFor()
  return { app, page, canvas, live: first, batch, alpha, beta, token }
}
