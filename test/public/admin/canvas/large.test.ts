/** 300 cards and 600 wires with live figures twice a second: only changes are rendered. */
import type { CDPSession, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { ConfigAppliedView } from '../../../../src/contract/config-file.ts'
import { eventually, startApp, type RunningApp } from '../../../support/apps/running-app.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { mainThreadTasks } from '../../support/main-thread-tasks.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { sendSteadily } from '../../support/steady-traffic.ts'
import { effort } from '../../../support/effort.ts'

const BLOCKS = 50
const TOKENS = 100
const ENDPOINTS = 150
const WIRES_OF_A_BLOCK = 12
const WATCHED_MS = effort(6_000, 2_000)

/** Configures everything by one file. @returns the client tokens. */
async function buildLarge({ admin, backend }: RunningApp): Promise<string[]> {
  const named = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind} ${index}`)
  const [endpoints, blocks] = [named('endpoint', ENDPOINTS), named('block', BLOCKS)]
  const file = {
    endpoints: endpoints.map((name) => ({ name, base_url: backend.baseUrl })),
    incoming_blocks: blocks.map((name, index) => ({
      name,
      endpoints: Array.from(
        { length: WIRES_OF_A_BLOCK },
        (_, wire) => endpoints[(index * 3 + wire) % ENDPOINTS],
      ),
    })),
    client_tokens: named('client', TOKENS).map((name, index) => ({
      name,
      incoming_block: blocks[index % BLOCKS],
    })),
  }
  const body = { yaml: JSON.stringify(file), prune: true }
  const { created_tokens } = await admin.call<ConfigAppliedView>('POST', '/config/apply', body)
  return created_tokens.map(({ token }) => token)
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
