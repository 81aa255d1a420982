/**
 * A long run leaves the page quick and its memory bounded: 10,000 requests, or as many as LARGE_RUN says.
 * What the tasks took is printed; it can be judged where nothing else runs.
 */
import type { CDPSession } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { startApp } from '../../support/apps/running-app.ts'
import { mainThreadTasks } from '../support/main-thread-tasks.ts'
import {
  button,
  card,
  chats,
  footerFigure,
  openEditor,
  openProducer,
  save,
  setNumber,
} from '../support/producer-page.ts'

const REQUESTS = Number(process.env['LARGE_RUN'] ?? 10_000)
// With what else the page may hold for a moment, and far below what its requests would take if they were kept.
const MOST_GROWTH_BYTES = 8 * 1024 * 1024
const WATCHED_MS = 4_000
const LONGEST_MS = 60_000 + REQUESTS * 20

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}

it(
  'counts each of very many requests, and keeps none of them in the page',
  async () => {
    const app = await startApp({ backends: [{ minTokens: 1, maxTokens: 4 }] })
    const page = await openProducer(app)
    const cdp = await page.context().newCDPSession(page)
    const sent = (least: number) =>
      vi.waitFor(
        async () => {
          const text = await footerFigure(page, 'sent').textContent()
          expect(Number(text?.replaceAll(',', ''))).toBeGreaterThanOrEqual(least)
        },
        { timeout: LONGEST_MS, interval: 100 },
      )
    await openEditor(page, 'first run', 'Load')
    await setNumber(page, 'Requests', String(REQUESTS))
    await setNumber(page, 'Max parallel', '100')
    await save(page)
    await button(page, 'Start first run').click()
    await sent(REQUESTS / 4)
    const before = await heapBytes(cdp)
    const tasks = await mainThreadTasks(cdp, () => page.waitForTimeout(WATCHED_MS))
    const all = REQUESTS.toLocaleString('en-US')
    await card(page, 'first run').getByText(`${all} of ${all}`).waitFor({ timeout: 0 })
    const growth = (await heapBytes(cdp)) - before
    console.log(
      `${all} requests: in ${WATCHED_MS / 1000} s of the run ${tasks.length} tasks of the page, longest ` +
        `${tasks
          .slice(0, 3)
          .map((ms) => `${ms.toFixed(1)} ms`)
          .join(', ')}, ${tasks.filter((ms) => ms > 50).length} over 50 ms; ` +
        `its memory ${(growth / 1024 / 1024).toFixed(1)} MiB more at the end`,
    )
    expect(chats(app.backend)).toBe(REQUESTS)
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
    expect(growth).toBeLessThan(MOST_GROWTH_BYTES)
  },
  LONGEST_MS,
)
