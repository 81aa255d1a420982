/** 300 cards and 600 wires with live figures twice a second: only changes are rendered. */
import type { CDPSession, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp, type RunningApp } from '../../../support/apps/running-app.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { mainThreadTasks } from '../../support/main-thread-tasks.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { sendSteadily } from '../../support/steady-traffic.ts'

const BLOCKS = 50
const TOKENS = 100
const ENDPOINTS = 150
const WIRES_OF_A_BLOCK = 12
const WATCHED_MS = 6000

async function buildLarge(app: RunningApp): Promise<string[]> {
  const { admin, backend } = app
  const [first] = (await admin.state()).incoming_blocks
  const blocks = [first?.id ?? 0]
  const endpoints = [app.endpoint.id]
  await admin.call('DELETE', `/wires/${blocks[0]}/${endpoints[0]}`)
  while (blocks.length < BLOCKS) blocks.push((await admin.block(`block ${blocks.length}`)).id)
  while (endpoints.length < ENDPOINTS) {
    const { id } = await admin.endpoint(`endpoint ${endpoints.length}`, backend.baseUrl, { connected: false })
    endpoints.push(id)
  }
  for (const [index, block] of blocks.entries()) {
    for (let wire = 0; wire < WIRES_OF_A_BLOCK; wire += 1)
      await admin.call('PUT', `/wires/${block}/${endpoints[(index * 3 + wire) % ENDPOINTS]}`)
  }
  const tokens: string[] = []
  for (let index = 0; index < TOKENS; index += 1) {
    const token = await admin.token(`client ${index}`, { incoming_block_id: blocks[index % BLOCKS] })
    tokens.push(token.token)
  }
  return tokens
}

/** Counts elements that are added, removed and moved from now on. */
const watchDrawing = (page: Page) =>
  page.evaluate((forMs) => {
    const counts = { added: 0, removed: 0, moved: 0, texts: 0 }
    const observer = new MutationObserver((records) => {
      for (const { type, target, addedNodes, removedNodes } of records) {
        const element = target instanceof Element ? target : target.parentElement
        const isThing = element?.matches('.react-flow__nodes, .react-flow__edges') === true
        if (isThing) {
          counts.added += addedNodes.length
          counts.removed += removedNodes.length
        } else if (type === 'characterData') counts.texts += 1
        else if (type === 'attributes' && element?.matches('.react-flow__node') === true) counts.moved += 1
      }
    })
    observer.observe(document.querySelector('.react-flow__viewport') ?? document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['style', 'd'],
    })
    return new Promise<typeof counts>((resolve) => {
      setTimeout(() => {
        observer.disconnect()
        resolve(counts)
      }, forMs)
    })
  }, WATCHED_MS)

/** Prints the trace; the assertion that holds on any machine is that only figures are rendered. */
async function measure(page: Page, cdp: CDPSession, view: string): Promise<void> {
  let counts = { added: 0, removed: 0, moved: 0, texts: 0 }
  const tasks = await mainThreadTasks(cdp, async () => {
    counts = await watchDrawing(page)
  })
  const total = tasks.reduce((sum, task) => sum + task, 0)
  const longest = tasks.slice(0, 5).map((task) => `${task.toFixed(1)} ms`)
  console.log(
    `300 cards and 600 wires with figures at 2 Hz, ${view}: ${tasks.length} tasks in ${WATCHED_MS / 1000} s, ` +
      `busy ${((100 * total) / WATCHED_MS).toFixed(1)} %, longest ${longest.join(', ')}, ` +
      `${tasks.filter((task) => task > 50).length} over 50 ms; ${counts.texts} figures written, ` +
      `${counts.added} things drawn anew`,
  )
  expect(counts.texts).toBeGreaterThan(100)
  expect({ ...counts, texts: 0 }).toEqual({ added: 0, removed: 0, moved: 0, texts: 0 })
}

it('renders only figures again, with 300 cards and 600 wires', async () => {
  const app = await startApp({ backends: [{ minTokens: 20, maxTokens: 60 }] })
  const tokens = await buildLarge(app)
  const page = await openSignedIn(app, { reducedMotion: 'no-preference' })
  const canvas = createCanvasPage(page)
  await canvas.card('endpoint', 'endpoint 149').waitFor()
  expect(await canvas.region.getByRole('group', { name: /^(Client|Incoming|Endpoint)/ }).count()).toBe(300)
  expect(await canvas.region.getByRole('group', { name: /^Wire from/ }).count()).toBe(600)

  sendSteadily(app, tokens, 60)
  await eventually(async () =>
    expect(await canvas.region.locator('path[data-idle]').count()).toBeLessThan(500),
  )
  const cdp = await page.context().newCDPSession(page)
  await measure(page, cdp, 'all of it')
  await page.getByRole('button', { name: /^Zoom \d+ percent/ }).click()
  await canvas.button('Zoom 100 percent; set to 100 percent').waitFor()
  await measure(page, cdp, 'at 100 %')
})
