/** Live figures on cards and wires, and their independence from drawing. */
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chatOf, eventually, type RunningApp } from '../../../support/apps/running-app.ts'
import { refuseWith, startScriptedApp } from '../../../support/apps/scripted-app.ts'
import { centreOf, createCanvasPage, expectWires, startDrawnApp } from '../../support/canvas-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { isFull } from '../../../support/effort.ts'

/** Keeps one request in flight until the test ends. */
function keepAsking(app: RunningApp, token: string): void {
  let isOver = false
  const ask = async (): Promise<void> => {
    let count = 0
    while (!isOver) {
      count += 1
      const asked = { messages: [{ role: 'user', content: `Hello ${count}` }] }
      await app.post('/v1/chat/completions', chatOf(asked), { authorization: `Bearer ${token}` })
    }
  }
  const asking = ask().catch(() => undefined)
  onTestFinished(async () => {
    isOver = true
    await asking
  })
}

const figureIn = (text: string | null): number =>
  Number((text ?? '').replaceAll(',', '').match(/[\d.]+/)?.[0])

/** The current pixels of the traffic layer. */
const drawing = (page: Page): Promise<string> =>
  page
    .getByRole('region', { name: 'Canvas', exact: true })
    .locator('canvas')
    .evaluate((surface: HTMLCanvasElement) => surface.toDataURL())

const isBlank = (page: Page): Promise<boolean> =>
  page
    .getByRole('region', { name: 'Canvas', exact: true })
    .locator('canvas')
    .evaluate(
      (surface: HTMLCanvasElement) =>
        !new Uint32Array(
          surface.getContext('2d')?.getImageData(0, 0, surface.width, surface.height).data.buffer ?? [],
        ).some((pixel) => pixel !== 0),
    )

/** Waits for a number of frames. */
const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (wanted) => {
    for (let drawn = 0; drawn < wanted; drawn += 1) await new Promise(requestAnimationFrame)
  }, count)

describe('live figures', () => {
  it('are shown on endpoint, block, client token and wire', async () => {
    const { app, page, canvas, token } = await startDrawnApp()
    expect(await canvas.card('token', 'app').textContent()).toContain('idle')
    keepAsking(app, token.token)
    for (const card of [
      canvas.card('endpoint', 'alpha'),
      canvas.card('block', 'Live'),
      canvas.card('token', 'app'),
    ]) {
      await eventually(async () =>
        expect(
          figureIn(
            await card
              .getByText(/^[\d.,]+( tok\/s)?$/)
              .first()
              .textContent(),
          ),
        ).toBeGreaterThan(0),
      )
    }
    const on = await canvas.pointOn('Live', 'alpha')
    await page.mouse.move(on.x, on.y)
    await canvas
      .toolbar('Live', 'alpha')
      .getByText(/[1-9].* tok\/s.*· .* req\/s/)
      .waitFor()
    await eventually(async () =>
      expect(await canvas.card('endpoint', 'alpha').textContent()).toContain('share 100'),
    )
  })

  it('show a cooldown by word and shape, with its reason', async () => {
    const { app, canvas, token } = await startDrawnApp()
    await app.admin.call('PATCH', `/endpoints/${app.endpoint.id}`, { base_url: 'http://127.0.0.1:1/v1' })
    for (let tries = 0; tries < 4; tries += 1)
      await app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${token.token}` })
    const alpha = canvas.card('endpoint', 'alpha')
    await alpha.getByText(/^cooling \d+ s · /).waitFor()
    await alpha.getByRole('img', { name: 'cooling' }).first().waitFor()
    expect(await canvas.card('endpoint', 'beta').getByText('not wired').count()).toBe(1)
  })

  it('show for whom alone an endpoint cools down, until the cooldown is ended in the inspector', async () => {
    const { app } = await startScriptedApp({ scripts: [refuseWith(500)] })
    const { token } = await app.admin.token('team-a')
    for (const model of ['m', 'n', 'o'])
      await app.post('/v1/chat/completions', { ...chatOf(), model }, { authorization: `Bearer ${token}` })
    const page = await openSignedIn(app, { viewport: { width: 1440, height: 900 } })
    const card = createCanvasPage(page).card('endpoint', 'backend-1')
    await card.getByText(/^cooling \d+ s for token team-a · /).waitFor()
    await card.click()
    const said = page.getByText(
      /^Requests of token team-a are held back .*; all others are served as usual\.$/,
    )
    await said.waitFor()
    await page.getByRole('button', { name: 'End cooldown', exact: true }).click()
    await said.waitFor({ state: 'detached' })
    await card.getByRole('img', { name: 'healthy' }).first().waitFor()
  })

  it('move marks along the wires', async () => {
    const { app, page, token } = await startDrawnApp({ reducedMotion: 'no-preference' })
    keepAsking(app, token.token)
    await eventually(async () => expect(await isBlank(page)).toBe(false))
    const before = await drawing(page)
    await frames(page, 20)
    expect(await drawing(page)).not.toBe(before)
  })

  it('request no animation frames without traffic', async () => {
    const { page, canvas } = await startDrawnApp({ reducedMotion: 'no-preference' })
    await canvas.card('token', 'app').getByText('idle').first().waitFor()
    const requested = () =>
      page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const original = window.requestAnimationFrame
            let count = 0
            window.requestAnimationFrame = (callback) => {
              count += 1
              return original(callback)
            }
            setTimeout(() => {
              window.requestAnimationFrame = original
              resolve(count)
            }, 300)
          }),
      )
    await eventually(async () => expect(await requested()).toBe(0))
  })

  it('do not move marks with reduced motion', async () => {
    const { app, page, canvas, token } = await startDrawnApp()
    keepAsking(app, token.token)
    await eventually(async () => expect(await isBlank(page)).toBe(false))
    // The first figures give few marks; a single wire soon reaches its own maximum.
    await eventually(async () =>
      expect(
        figureIn(
          await canvas
            .card('block', 'Live')
            .getByText(/^[\d.,]+$/)
            .first()
            .textContent(),
        ),
      ).toBeGreaterThan(20),
    )
    const before = await drawing(page)
    await frames(page, 40)
    expect(await drawing(page)).toBe(before)
  })
})

/** Longer than the page takes a silent connection for a lost one. */
const DRAG_MS = 8_000

describe('a wire that is being dragged', () => {
  it.runIf(isFull)('survives live updates and changes by others', async () => {
    const { app, page, canvas, token } = await startDrawnApp()
    keepAsking(app, token.token)
    const [start, end] = [
      await centreOf(canvas.blockHandle('Batch')),
      await centreOf(canvas.endpointHandle('beta')),
    ]
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    const startedMs = performance.now()
    for (let turn = 0; performance.now() - startedMs < DRAG_MS; turn += 1) {
      await page.mouse.move(end.x - 120 + 40 * Math.sin(turn / 3), end.y - 60, { steps: 3 })
      await app.admin.call('PATCH', `/endpoints/${app.endpoint.id}`, { token_quota_percent: turn % 100 })
      await page.locator('.react-flow__connection').waitFor({ timeout: 2000 })
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    await page.mouse.move(end.x, end.y, { steps: 5 })
    await page.mouse.up()
    await canvas.wire('Batch', 'beta').waitFor()
    await expectWires(app, ['Live>alpha', 'Batch>beta'])
  })
})
