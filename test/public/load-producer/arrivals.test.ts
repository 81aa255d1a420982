// Tests each arrival pattern and preset in the browser against the real balancer.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually, startListingApp } from '../../support/apps/running-app.ts'
import { shared } from '../../support/lifetime.ts'
import {
  button,
  card,
  chatCount,
  choose,
  fillIn,
  footerFigure,
  giveFile,
  openEditor,
  openProducer,
  pick,
  rowsOf,
  run,
  save,
} from '../support/producer-page.ts'
import { casesOf } from '../../support/effort.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')

interface ChatBody {
  readonly max_tokens: number
  readonly messages: readonly { readonly content: string }[]
}

/** Sets the arrival pattern of the first card. */
async function setArrival(page: Page, kind: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await openEditor(page, 'first run', 'Load')
  await pick(page, 'Arrival', kind)
  await fillIn(page, fields)
  await save(page)
}

/** For the tests that leave nothing running. Each sets what it uses of the first card, or replaces it. */
const idleProducer = shared(async () => {
  const app = await startListingApp()
  return { app, page: await openProducer(app) }
})

describe('requests arrive', () => {
  // Each has another number of requests, so that its progress is not that of the run before.
  it.each(
    casesOf(
      [
        [30, 'Constant', { Rate: '100' }, 'constant · 100 /s'],
        [31, 'Closed loop', { 'Max parallel': '3' }, 'closed loop · 3 parallel'],
        [32, 'Poisson', { Rate: '100.5' }, 'Poisson · 101 /s'],
        [33, 'Ramp', { From: '10', To: '60', Over: '1' }, 'ramp · 10 /s to 60 /s over 1 s'],
      ] as const,
      2,
    ),
  )('%s as a %s', async (count, kind, fields, words) => {
    const { app, page } = await idleProducer()
    const before = chatCount(app.backend)
    await setArrival(page, kind, { Requests: `${count}`, ...fields })
    await card(page, 'first run').getByText(words).waitFor()
    await run(page, 'first run', `${count} of ${count}`)
    expect(chatCount(app.backend) - before).toBe(count)
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
  })

  it.each(
    casesOf(
      [
        ['requests in parallel', '1 of 2 · 1 in parallel', ['1 in parallel', '3 in parallel']],
        ['the arrival rate', '1 of 2 · 20 /s', ['20 /s', '40 /s']],
      ] as const,
      1,
    ),
  )('as a sweep of %s with one level after another', async (over, first, steps) => {
    const app = await startListingApp({ backends: [{ ttftMs: 20 }] })
    const page = await openProducer(app)
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Sweep')
    await pick(page, 'Of', over)
    const [from, to] = over === 'the arrival rate' ? ['20', '40'] : ['1', '3']
    await fillIn(page, { Requests: '0', From: from ?? '', To: to ?? '', Steps: '2', Each: '1' })
    await save(page)
    await button(page, 'Start first run').click()
    await card(page, 'first run').getByText(first).waitFor()
    await card(page, 'first run').getByText('finished').waitFor()
    await button(page, 'Step').click()
    const rows = await rowsOf(page, 'Results by group')
    expect(rows.map(({ value }) => value)).toEqual(steps)
    const answered = rows.reduce((sum, row) => sum + Number(row['answered']), 0)
    expect(answered).toBe(chatCount(app.backend))
  })
})

describe('a search for the knee', () => {
  it('draws each rate that it tried against p50, p95 and goodput, with every label whole', async () => {
    const page = await openProducer(await startListingApp())
    await setArrival(page, 'Knee', { From: '100', To: '400', Each: '1' })
    await button(page, 'Start first run').click()
    const drawn = page.getByRole('img', { name: 'Rate against latency and goodput of first run' })
    await drawn.waitFor()
    await button(page, 'Start first run').waitFor()
    await page.getByText(/^All rates up to 400 \/s meet the limits/).waitFor()
    const marks = drawn.locator('circle')
    expect(await marks.locator('title').allTextContents()).toHaveLength(9)
    const places = await marks.evaluateAll((circles) =>
      circles.map((circle) => ({
        x: Number(circle.getAttribute('cx')),
        y: Number(circle.getAttribute('cy')),
      })),
    )
    const [p50, p95, goodput] = [places.slice(0, 3), places.slice(3, 6), places.slice(6)]
    for (const curve of [p50, p95, goodput]) {
      expect(curve.map(({ x }) => x)).toEqual(p50.map(({ x }) => x))
      // Each rate is twice the one before, and the axis is logarithmic.
      const [first = NaN, second = NaN, third = NaN] = curve.map(({ x }) => x)
      expect(second - first).toBeGreaterThan(0)
      expect(third - second).toBeCloseTo(second - first)
    }
    // Higher is more: the y axis points down.
    for (const [index, { y }] of p95.entries()) expect(y).toBeLessThanOrEqual(p50[index]?.y ?? NaN)
    expect(new Set(goodput.map(({ y }) => y)).size).toBe(1)
    const lines = await drawn
      .locator('polyline')
      .evaluateAll((all) => all.map((line) => line.getAttribute('points')?.split(' ').length))
    expect(lines).toEqual([3, 3, 3])
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 })
      const cut = await drawn.locator('text').evaluateAll((texts) =>
        texts
          .filter((text) => {
            const { left, right, height } = text.getBoundingClientRect()
            const frame = text.closest('svg')?.getBoundingClientRect()
            return frame === undefined || left < frame.left || right > frame.right || height < 10
          })
          .map(({ textContent }) => textContent),
      )
      expect(cut, `${width} px`).toEqual([])
      expect((await drawn.locator('text').allTextContents()).slice(-2)).toEqual([
        '100\u202f/s',
        '400\u202f/s',
      ])
    }
  })
})

describe('a trace', () => {
  it.each([
    ['azure-llm-2023-code-excerpt.csv', /^39 requests over .+ tokens in, .+ out$/, 39],
    ['mooncake-conversation-excerpt.jsonl', /^20 requests over .+ with shared beginnings$/, 20],
  ])('%s is replayed from its file', async (name, facts, count) => {
    const { app, page } = await idleProducer()
    await app.admin.patchEndpoint(app.endpoint.id, { max_concurrent: 100 })
    const before = chatCount(app.backend)
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Replay')
    await giveFile(page, 'Trace file', name, fixture(name))
    await page.getByRole('dialog').getByText(facts).waitFor()
    await fillIn(page, { Requests: '0', Speed: '100' })
    await save(page)
    await card(page, 'first run').getByText(`replay · ${name} at 100 ×`).waitFor()
    await button(page, 'Start first run').click()
    await card(page, 'first run')
      .getByText(new RegExp(`^${count} of `))
      .first()
      .waitFor()
    await card(page, 'first run').getByText('finished').waitFor()
    expect(chatCount(app.backend) - before).toBe(count)
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
    await app.admin.patchEndpoint(app.endpoint.id, { max_concurrent: 0 })
  })

  it('sets the lengths of prompts and responses', async () => {
    const { app, page } = await idleProducer()
    const before = chatCount(app.backend)
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Replay')
    const rows = [
      [0, 40, 5],
      [0.05, 80, 7],
    ]
    const file = ['time,input_tokens,output_tokens', ...rows.map((row) => row.join(','))].join('\n')
    await giveFile(page, 'Trace file', 'two.csv', file)
    await page.getByRole('dialog').getByText('2 requests over 50 ms, 120 tokens in, 12 out').waitFor()
    await fillIn(page, { Requests: '0' })
    await save(page)
    await run(page, 'first run', '2 of 2')
    expect(chatCount(app.backend) - before).toBe(2)
    const bodies = app.backend
      .served()
      .last.filter(({ method }) => method === 'POST')
      .slice(-2)
      .map(({ body }) => JSON.parse(body.toString()) as ChatBody)
    expect(bodies.map(({ max_tokens }) => max_tokens)).toEqual([5, 7])
    const words = bodies.map(({ messages }) => messages.at(-1)?.content.split(' ').length ?? 0)
    expect(words).toEqual([expect.closeTo(40, -1), expect.closeTo(80, -1)])
  })

  it('that is invalid shows the error with its line, and does not start', async () => {
    const { page } = await idleProducer()
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Replay')
    await giveFile(page, 'Trace file', 'bad.csv', 'time,input_tokens,output_tokens\n0,12,many')
    await page
      .getByRole('dialog')
      .getByText(/^Line 2 has no whole number of output tokens/)
      .waitFor()
    await giveFile(page, 'Trace file', 'bad.jsonl', '{"timestamp": 0}')
    await page
      .getByRole('dialog')
      .getByText(/^Line 1 has no whole number of input/)
      .waitFor()
    await giveFile(page, 'Trace file', 'empty.csv', '')
    await page.getByRole('dialog').getByText('The file holds no requests').waitFor()
    await save(page)
    await button(page, 'Start first run').click()
    const messages = page.getByRole('region', { name: 'Messages' })
    await messages.getByText('first run cannot start').waitFor()
    await messages.getByText('arrival.traceId takes a trace that has been loaded').waitFor()
    // F6 moves the focus into the toasts.
    await page.keyboard.press('F6')
    await button(page, 'Edit').click()
    await page.getByRole('tab', { name: /^Load/, selected: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})

describe('the preset', () => {
  it.each(
    casesOf(
      [
        ['Latency baseline', ['baseline']],
        ['Key compare', ['key-a', 'key-b']],
        ['Rate scan', ['rate-scan']],
        ['TTFB streaming', ['ttfb-stream']],
        ['Maximum throughput', ['max-throughput']],
        ['Parallel scan', ['parallel-scan']],
        ['Knee', ['knee']],
        ['RPM limit', ['rpm-limit']],
        ['Priority pair', ['priority-0', 'priority-9']],
        ['Soak', ['soak']],
      ] as const,
      3,
    ),
  )('%s loads and starts', async (name, cards) => {
    const { app, page } = await idleProducer()
    const before = chatCount(app.backend)
    await choose(page, /^Preset/, name)
    await page.getByRole('alertdialog', { name: `Set up ${name}?` }).waitFor()
    await button(page, 'Set up').click()
    await button(page, `Preset: ${name}`).waitFor()
    await eventually(async () =>
      expect(await page.getByRole('article').getByRole('heading').allTextContents()).toEqual(cards),
    )
    await button(page, 'Start all').click()
    for (const one of cards)
      await card(page, one)
        .getByText(/^(?!0 )[\d,]+ of /)
        .first()
        .waitFor()
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
    await eventually(() => expect(chatCount(app.backend)).toBeGreaterThan(before))
    await page.keyboard.press('.')
    await page.getByRole('button', { name: 'Stop all', disabled: true }).waitFor()
  })

  it('replaces the cards, asks before it stops a running one, and can be undone', async () => {
    const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
    const page = await openProducer(app)
    await button(page, 'Start first run').click()
    await card(page, 'first run').getByText('running').waitFor()
    await choose(page, 'Preset', 'Soak')
    await page.getByRole('alertdialog', { name: 'Stop what is running and set up Soak?' }).waitFor()
    await button(page, 'Cancel').click()
    await card(page, 'first run').getByText('running').waitFor()
    await choose(page, 'Preset', 'Soak')
    await button(page, 'Stop and set up').click()
    await card(page, 'soak').waitFor()
    await button(page, 'Undo').click()
    await card(page, 'first run').waitFor()
    await card(page, 'soak').waitFor({ state: 'detached' })
    await button(page, 'Preset').waitFor()
  })
})
