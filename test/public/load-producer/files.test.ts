// Tests import and export: exported files contain no key, and imported markup is never executed.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { runLoadProducer } from '../../../src/load-engine/command/run-load-producer.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { startListingApp } from '../../support/apps/running-app.ts'
import { shared } from '../../support/lifetime.ts'
import { readStorage } from '../support/browser-storage.ts'
import {
  button,
  card,
  choose,
  downloadOf,
  editCard,
  giveFile,
  openEditor,
  openProducer,
  pick,
  run,
  show,
} from '../support/producer-page.ts'

const MARKUP = `<img src="/nowhere" onerror="globalThis.isExecuted = true"><script>globalThis.isExecuted = true</script>`

/** @returns a copy with markup in every free-text field; fields for which `keep` returns true are unchanged. */
function withMarkup(value: unknown, keep: (text: string, field: string) => boolean, field = ''): unknown {
  if (typeof value === 'string') return keep(value, field) ? value : MARKUP.slice(0, 80)
  if (Array.isArray(value)) return value.map((one) => withMarkup(one, keep, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withMarkup(one, keep, key)]))
}

const fixed = new Set([
  'format',
  'kind',
  'call',
  'outcome',
  'state',
  'url',
  'id',
  'cardId',
  'over',
  'spacing',
  'reasons',
])

/** Expects the markup to be shown as text at least `times` times, and not to be part of the document. */
async function expectText(page: Page, times: number): Promise<void> {
  await page.getByText('<img src="/nowhere"').first().waitFor()
  expect(await page.getByText('<img src="/nowhere"').count()).toBeGreaterThanOrEqual(times)
  expect(await page.locator('img, [onerror], body script').count()).toBe(0)
  expect(await page.evaluate(() => 'isExecuted' in globalThis)).toBe(false)
}

const exportRun = (page: Page, format: string) => downloadOf(page, () => choose(page, 'Export', format))

describe('an import', () => {
  it('of a profile with markup in every field shows it as text', async () => {
    const page = await openProducer(await startListingApp())
    const { text } = await downloadOf(page, () => choose(page, 'Profile', 'Export cards'))
    const file = withMarkup(JSON.parse(text), (_text, field) => fixed.has(field))
    await giveFile(page, 'File to import', 'evil.json', JSON.stringify(file))
    await page.getByRole('article').getByText('<img src="/nowhere"').first().waitFor()
    await expectText(page, 2)
    await page.getByRole('article').getByRole('heading').getByRole('button').click()
    for (const part of ['Target', 'Prompt', 'Load', 'Limits & SLO'])
      await page.getByRole('dialog').getByRole('tab', { name: part }).click()
    await expectText(page, 1)
    await page.getByRole('dialog').getByRole('tab', { name: 'Prompt' }).click()
    expect(await page.getByLabel('User prompt').inputValue()).toContain('<script>')
    await page.keyboard.press('Escape')
    await choose(page, 'Profile', 'Profiles and configurations')
    await expectText(page, 2)
  })

  it('of a run with markup in every field shows and exports it as text', async () => {
    const app = await startListingApp({
      backends: [{ fault: { kind: 'status', status: 418, probability: 0.5, pathPrefix: '/v1/chat' } }],
    })
    const page = await openProducer(app)
    await run(page, 'first run', '100 of 100')
    const { text } = await exportRun(page, 'Run as JSON')
    const file = withMarkup(JSON.parse(text), (_text, field) => fixed.has(field))
    await show(page, 'Runs')
    await giveFile(page, 'Run to import', 'evil.json', JSON.stringify(file))
    await page.getByRole('heading', { name: MARKUP.slice(0, 80), exact: true }).waitFor()
    await expectText(page, 3)
    const report = await downloadOf(page, () => choose(page, 'Export run', 'HTML report'))
    expect(report.text).toContain('&lt;img src=')
    expect(report.text).not.toMatch(/<img|<script/)
    const opened = await page.context().newPage()
    await opened.setContent(report.text)
    await expectText(opened, 3)
    await opened.close()
    const csv = await downloadOf(page, () => choose(page, 'Export run', 'Requests as CSV'))
    // Quoted, so that the cell can contain quotes and commas.
    expect(csv.text).toContain(`"<img src=""/nowhere"" onerror=`)
    await button(page, 'All runs').click()
    await expectText(page, 1)
    await show(page, 'Compare')
    await expectText(page, 1)
  })

  it('of a trace with markup in its name and columns shows it as text', async () => {
    const page = await openProducer(await startListingApp())
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Replay')
    await giveFile(page, 'Trace file', `${MARKUP.replaceAll('/', '')}.csv`, `${MARKUP},input,output\n1,2,3`)
    await page
      .getByRole('dialog')
      .getByText(/^Line 1 is no header with a column like/)
      .waitFor()
    await giveFile(page, 'Trace file', `<img src="nowhere">.csv`, 'time,input_tokens,output_tokens\n0,1,2')
    await page.getByRole('dialog').getByText('<img src="nowhere">.csv').waitFor()
    expect(await page.locator('img, [onerror], body script').count()).toBe(0)
  })

  const unchanged = shared(async () => openProducer(await startListingApp()))
  const profile = { format: 'load-producer-profile', version: 1, name: 'p', cards: [] as unknown[] }
  it.each([
    ['is not JSON', '{"format"', 'The file is not JSON'],
    [
      'has an unknown format',
      '{"a": 1}',
      'format takes a profile, model configuration or run exported by the Load Producer',
    ],
    ['is of another version', { ...profile, version: 2 }, 'version takes version 1'],
    ['has an invalid list of cards', { ...profile, cards: 'all' }, 'cards takes a list of cards'],
    ['has a card without fields', { ...profile, cards: [{}] }, 'cards.0.name takes 1 to 80 characters'],
    ['has unknown fields', { ...profile, key: MARKUP }, 'does not know "key"'],
    ['has too many cards', { ...profile, cards: Array(101).fill({}) }, 'cards takes at most 100 cards'],
    ['is a run without cards', { format: 'load-producer-run', version: 1 }, 'id takes 1 to 100 characters'],
  ])('that %s is refused with a message, and changes nothing', async (what, content, message) => {
    const page = await unchanged()
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await giveFile(page, 'File to import', `${what}.json`, text)
    const messages = page.getByRole('region', { name: 'Messages' })
    await messages.getByText(`${what}.json was not imported`).waitFor()
    await messages.getByText(message).waitFor()
    expect(await page.getByRole('article').count()).toBe(1)
    await card(page, 'first run').waitFor()
  })
})

describe('an export', () => {
  it('of the cards is a plan for the command line, whose run can be imported', async () => {
    const page = await openProducer(await startListingApp())
    await editCard(page, 'first run', 'Load', { Requests: '7' })
    const { text } = await downloadOf(page, () => choose(page, 'Profile', 'Export cards'))
    const folder = temporaryFolder()
    const [plan, out] = [join(folder, 'plan.json'), join(folder, 'run.json')]
    writeFileSync(plan, text)
    const code = await runLoadProducer(['run', plan, '--out', out, '--fail-if', 'failed>0'], {
      ...{ environment: {}, version: '', busyShare: () => 0, interrupted: new AbortController().signal },
      stdout: { write: () => undefined },
      stderr: { write: () => undefined },
    })
    expect(code).toBe(0)
    await giveFile(page, 'File to import', 'run.json', readFileSync(out, 'utf8'))
    await page.getByRole('table', { name: 'Cards of the run' }).getByText('finished').waitFor()
    await show(page, 'Run')
    await giveFile(page, 'File to import', 'plan.json', text)
    const again = await downloadOf(page, () => choose(page, 'Profile', 'Export cards'))
    expect(JSON.parse(again.text)).toMatchObject({ cards: (JSON.parse(text) as { cards: unknown[] }).cards })
  })

  it('contains no key in any format, also when the backend repeats the key in its error', async () => {
    const app = await startListingApp()
    const { token } = await app.admin.token('tester')
    const wrong = 'sk-an-unknown-key'
    const page = await openProducer(app)
    await editCard(page, 'first run', 'Target', { Key: token })
    await choose(page, 'More for first run', 'Duplicate')
    await editCard(page, 'first run 2', 'Target', { Key: wrong, Model: 'sim-model' })
    await button(page, 'Start all').click()
    await card(page, 'first run').getByText('100 of 100').waitFor()
    await card(page, 'first run 2').getByText('100 of 100').waitFor()
    await button(page, 'Start first run 2').waitFor()
    const files = [
      await exportRun(page, 'HTML report'),
      await exportRun(page, 'Cards as CSV'),
      await exportRun(page, 'Requests as CSV'),
      await exportRun(page, 'Run as JSON'),
      await downloadOf(page, () => choose(page, 'Profile', 'Export cards')),
    ]
    expect(files.map(({ name }) => name.replace(/^[^.]*?(-cards|-requests)?\./, '$1.'))).toEqual([
      '.html',
      '-cards.csv',
      '-requests.csv',
      '.json',
      '.json',
    ])
    for (const { name, text } of files) {
      expect(text, name).toContain('first run')
      expect(text, name).not.toContain(token)
      expect(text, name).not.toContain(wrong)
    }
    // The storage of the browser contains no key either.
    const stored = await readStorage(page)
    expect(stored).toContain('first run 2')
    expect(stored).not.toContain(token)
    expect(stored).not.toContain(wrong)
  })
})
