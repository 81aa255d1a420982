// What goes out of the page and comes into it as files: no key leaves, nothing foreign runs.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startApp } from '../../support/apps/running-app.ts'
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

const EVIL = `<img src="/nowhere" onerror="globalThis.isTaken = true"><script>globalThis.isTaken = true</script>`

/** Everything that may hold any text, with script in it; what is a choice, a number or a format stays. */
function poisoned(value: unknown, keep: (text: string, field: string) => boolean, field = ''): unknown {
  if (typeof value === 'string') return keep(value, field) ? value : EVIL.slice(0, 80)
  if (Array.isArray(value)) return value.map((one) => poisoned(one, keep, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, keep, key)]))
}

const fixed = new Set(['format', 'kind', 'outcome', 'state', 'url', 'id', 'cardId', 'over', 'spacing'])

/** Nothing of a file became part of the page but its text. */
async function expectText(page: Page, times: number): Promise<void> {
  await page.getByText('<img src="/nowhere"').first().waitFor()
  expect(await page.getByText('<img src="/nowhere"').count()).toBeGreaterThanOrEqual(times)
  expect(await page.locator('img, [onerror], body script').count()).toBe(0)
  expect(await page.evaluate(() => 'isTaken' in globalThis)).toBe(false)
}

const exportRun = (page: Page, format: string) => downloadOf(page, () => choose(page, 'Export', format))

describe('an import', () => {
  it('of a profile with script in every field shows it as text', async () => {
    const page = await openProducer(await startApp())
    const { text } = await downloadOf(page, () => choose(page, 'Profile', 'Export cards'))
    const file = poisoned(JSON.parse(text), (_text, field) => fixed.has(field))
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

  it('of a run with script in every field shows it as text in every view, and takes it away as text', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'status', status: 418, probability: 0.5, pathPrefix: '/v1/chat' } }],
    })
    const page = await openProducer(app)
    await run(page, 'first run', '100 of 100')
    const { text } = await exportRun(page, 'Run as JSON')
    const file = poisoned(JSON.parse(text), (_text, field) => fixed.has(field))
    await show(page, 'Runs')
    await giveFile(page, 'Run to import', 'evil.json', JSON.stringify(file))
    await page.getByRole('heading', { name: EVIL.slice(0, 80), exact: true }).waitFor()
    await expectText(page, 3)
    const report = await downloadOf(page, () => choose(page, 'Export run', 'HTML report'))
    expect(report.text).toContain('&lt;img src=')
    expect(report.text).not.toMatch(/<img|<script/)
    const opened = await page.context().newPage()
    await opened.setContent(report.text)
    await expectText(opened, 3)
    await opened.close()
    const csv = await downloadOf(page, () => choose(page, 'Export run', 'Requests as CSV'))
    // Quoted, so that its own quotes and commas stay one cell.
    expect(csv.text).toContain(`"<img src=""/nowhere"" onerror=`)
    await button(page, 'All runs').click()
    await expectText(page, 1)
    await show(page, 'Compare')
    await expectText(page, 1)
  })

  it('of a trace with script in its name and its columns shows it as text', async () => {
    const page = await openProducer(await startApp())
    await openEditor(page, 'first run', 'Load')
    await pick(page, 'Arrival', 'Replay')
    await giveFile(page, 'Trace file', `${EVIL.replaceAll('/', '')}.csv`, `${EVIL},input,output\n1,2,3`)
    await page
      .getByRole('dialog')
      .getByText(/^Line 1 is no header with a column like/)
      .waitFor()
    await giveFile(page, 'Trace file', `<img src="nowhere">.csv`, 'time,input_tokens,output_tokens\n0,1,2')
    await page.getByRole('dialog').getByText('<img src="nowhere">.csv').waitFor()
    expect(await page.locator('img, [onerror], body script').count()).toBe(0)
  })

  const profile = { format: 'load-producer-profile', version: 1, name: 'p', cards: [] as unknown[] }
  it.each([
    ['is not JSON', '{"format"', 'The file is not JSON'],
    [
      'is nobody’s',
      '{"a": 1}',
      'format takes a profile, model configuration or run exported by the Load Producer',
    ],
    ['is of another version', { ...profile, version: 2 }, 'version takes version 1'],
    ['has cards that are none', { ...profile, cards: 'all' }, 'cards takes a list of cards'],
    ['has a card without fields', { ...profile, cards: [{}] }, 'cards.0.name takes 1 to 80 characters'],
    ['has fields nobody knows', { ...profile, key: EVIL }, 'does not know "key"'],
    ['is too long a list', { ...profile, cards: Array(101).fill({}) }, 'cards takes at most 100 cards'],
    ['is a run without cards', { format: 'load-producer-run', version: 1 }, 'id takes 1 to 100 characters'],
  ])('that %s is refused in words, and changes nothing', async (_what, content, message) => {
    const page = await openProducer(await startApp())
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await giveFile(page, 'File to import', 'bad.json', text)
    const messages = page.getByRole('region', { name: 'Messages' })
    await messages.getByText('bad.json was not imported').waitFor()
    await messages.getByText(message).waitFor()
    expect(await page.getByRole('article').count()).toBe(1)
    await card(page, 'first run').waitFor()
  })
})

describe('no file that leaves the page holds a key', () => {
  it('whatever its format, and whatever the backend says of the key', async () => {
    const app = await startApp()
    const { token } = await app.admin.token('tester')
    const wrong = 'sk-a-key-that-nobody-knows'
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
    // Nor what the browser keeps.
    const kept = await page.evaluate(async () => {
      const open = indexedDB.open('load-producer')
      await new Promise((resolve) => (open.onsuccess = resolve))
      const all = [...open.result.objectStoreNames].map(async (store) => {
        const read = open.result.transaction(store).objectStore(store).getAll()
        await new Promise((resolve) => (read.onsuccess = resolve))
        return read.result as unknown[]
      })
      return JSON.stringify([await Promise.all(all), { ...localStorage }, { ...sessionStorage }])
    })
    expect(kept).toContain('first run 2')
    expect(kept).not.toContain(token)
    expect(kept).not.toContain(wrong)
  })
})
