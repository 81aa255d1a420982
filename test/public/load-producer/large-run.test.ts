/**
 * Tests that a long run does not slow down the page and that its memory is bounded.
 * LARGE_RUN sets the number of requests.
 * The durations of main-thread tasks are only printed, because they depend on the load of the machine.
 */
import type { CDPSession } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { startListingApp } from '../../support/apps/running-app.ts'
import { traceMainThread } from '../support/measure/trace-main-thread.ts'
import {
  button,
  card,
  chatCount,
  footerFigure,
  openEditor,
  openProducer,
  save,
  setNumber,
} from '../support/producer-page.ts'
import { effort } from '../../support/effort.ts'

const REQUESTS = Number(process.env['LARGE_RUN'] ?? 5_000)
// Includes temporary objects of the page; far less than 5,000 stored requests would take.
const MAX_GROWTH_BYTES = 4 * 1024 * 1024
const TRACE_MS = effort(4_000, 1_000)
const TIMEOUT_MS = 60_000 + REQUESTS * 20

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}

it(
  'counts every request of a long run, and keeps none of them in memory',
  async () => {
    const app = await startListingApp({ backends: [{ minTokens: 1, maxTokens: 4 }] })
    const page = await openProducer(app)
    const cdp = await page.context().newCDPSession(page)
    const waitForSent = (minimum: number) =>
      vi.waitFor(
        async () => {
          const text = await footerFigure(page, 'sent').textContent()
          expect(Number(text?.replaceAll(',', ''))).toBeGreaterThanOrEqual(minimum)
        },
        { timeout: TIMEOUT_MS, interval: 100 },
      )
    await openEditor(page, 'first run', 'Load')
    await setNumber(page, 'Requests', String(REQUESTS))
    await setNumber(page, 'Max parallel', '100')
    await save(page)
    await button(page, 'Start first run').click()
    await waitForSent(REQUESTS / 4)
    const before = await heapBytes(cdp)
    const { tasks } = await traceMainThread(cdp, () => page.waitForTimeout(TRACE_MS))
    const all = REQUESTS.toLocaleString('en-US')
    await card(page, 'first run').getByText(`${all} of ${all}`).waitFor({ timeout: 0 })
    const growth = (await heapBytes(cdp)) - before
    console.log(
      `${all} requests: in ${TRACE_MS / 1000} s of the run ${tasks.length} tasks of the page, longest ` +
        `${tasks
          .slice(0, 3)
          .map((ms) => `${ms.toFixed(1)} ms`)
          .join(', ')}, ${tasks.filter((ms) => ms > 50).length} over 50 ms; ` +
        `its memory ${(growth / 1024 / 1024).toFixed(1)} MiB more at the end`,
    )
    expect(chatCount(app.backend)).toBe(REQUESTS)
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES)
  },
  TIMEOUT_MS,
)
