// Tests the editor of a card: errors, edits of a running card, and the connection test.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { isFull } from '../../support/effort.ts'
import {
  button,
  card,
  editCard,
  fillIn,
  openEditor,
  openProducer,
  pick,
  run,
  save,
} from '../support/producer-page.ts'

const field = (page: Page, label: string) => page.getByRole('dialog').getByLabel(label, { exact: true })

const expectRunning = (app: RunningApp, count: number): Promise<void> =>
  eventually(() => expect(app.backend.served().running).toBe(count))

/** @returns the error text of a field. */
async function faultOf(page: Page, label: string): Promise<string | null> {
  expect(await field(page, label).getAttribute('aria-invalid'), label).toBe('true')
  const [id = ''] = ((await field(page, label).getAttribute('aria-describedby')) ?? '').split(' ')
  return page.locator(`[id="${id}"]`).textContent()
}

describe('the editor', () => {
  it('shows an error beside each invalid field, counts errors by part, and saves only a valid scenario', async () => {
    const page = await openProducer(await startListingApp())
    await openEditor(page, 'first run', 'Target')
    await fillIn(page, { Name: '', URL: 'ftp://localhost/v1', Key: 'two words', Model: '' })
    const text = 'takes an http or https URL without credentials, query or fragment'
    expect(await faultOf(page, 'Name')).toBe('takes 1 to 80 characters')
    expect(await faultOf(page, 'URL')).toBe(text)
    expect(await faultOf(page, 'Key')).toBe('takes printable ASCII without spaces')
    await page.getByRole('tab', { name: 'Load' }).click()
    await fillIn(page, { Requests: '1.5', 'Max parallel': '' })
    await pick(page, 'Arrival', 'Ramp')
    await fillIn(page, { From: '-1', To: '0', Over: '0' })
    expect(await faultOf(page, 'Requests')).toBe('takes a whole number from 0 to 10000000')
    expect(await faultOf(page, 'Max parallel')).toBe('takes a whole number from 1 to 5000')
    expect(await faultOf(page, 'From')).toBe('takes a number from 0 to 10000')
    expect(await faultOf(page, 'To')).toBe('takes a number from 0.001 to 10000')
    expect(await faultOf(page, 'Over')).toBe('takes a number from 1 to 86400')
    await page.getByRole('tab', { name: 'Load 5 to mend' }).waitFor()
    await page.getByRole('tab', { name: 'Limits & SLO' }).click()
    await fillIn(page, { Goal: '101', 'End to end within': 'soon' })
    expect(await faultOf(page, 'Goal')).toBe('takes a number from 0 to 100')
    expect(await faultOf(page, 'End to end within')).toBe('takes a number from 0.1 to 3600000')
    await button(page, 'Save').click()
    // Shows the part with the first error.
    await page.getByRole('tab', { name: /^Target \d to mend$/, selected: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog', { name: 'Discard the changes?' }).waitFor()
    await button(page, 'Keep editing').click()
    expect(await field(page, 'URL').inputValue()).toBe('ftp://localhost/v1')
    await page.keyboard.press('Escape')
    await button(page, 'Discard').click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await card(page, 'first run').getByText('closed loop · 8 parallel').waitFor()
  })

  it('sends more requests as soon as the parallel limit of a running card is raised', async () => {
    const app = await startListingApp({ backends: [{ ttftMs: 60_000 }] })
    const page = await openProducer(app)
    await button(page, 'Start first run').click()
    await expectRunning(app, 8)
    await editCard(page, 'first run', 'Load', { 'Max parallel': '21' })
    await expectRunning(app, 21)
    await card(page, 'first run').getByText('closed loop · 21 parallel').waitFor()
  })

  it.runIf(isFull)(
    'applies an edit to the remaining requests, and shows which edits wait for the next start',
    async () => {
      const app = await startListingApp({ backends: [{ ttftMs: 60_000 }], endpoints: { models: ['*'] } })
      const page = await openProducer(app)
      await button(page, 'Start first run').click()
      await expectRunning(app, 8)
      await openEditor(page, 'first run', 'Prompt')
      await fillIn(page, { 'User prompt': 'Something else.' })
      await page.getByRole('dialog').getByText('Running: changes apply to requests from now on').waitFor()
      await page.getByRole('tab', { name: 'Target' }).click()
      await fillIn(page, { Model: 'another' })
      await page.getByRole('dialog').getByText('Running: model apply from the next start on').waitFor()
      await save(page)
      await card(page, 'first run').getByText('model: from the next start on').waitFor()
      await button(page, 'Stop first run').click()
      await expectRunning(app, 0)
      app.backend.configure({ ttftMs: 0, models: ['another'] })
      await button(page, 'Start first run').click()
      await card(page, 'first run').getByText('100 of 100').waitFor()
      const last = app.backend
        .served()
        .last.findLast(({ method }) => method === 'POST')
        ?.body.toString()
      expect(last).toContain('Something else.')
      expect(last).toContain('"model":"another"')
    },
  )
})

describe('a target', () => {
  const testConnection = (page: Page) => button(page, 'Test connection and load models').click()
  const expectStatus = (page: Page, text: RegExp) => page.getByRole('dialog').getByText(text).waitFor()

  it('lists its models, and a press selects one', async () => {
    const page = await openProducer(await startListingApp({ backends: [{ models: ['small', 'large'] }] }))
    await openEditor(page, 'first run', 'Target')
    await testConnection(page)
    await expectStatus(page, /^Answers: status 200 in [\d.]+\sms, 2 models$/)
    await page
      .getByRole('group', { name: 'Models of the target' })
      .getByRole('button', { name: 'small' })
      .click()
    await eventually(async () => expect(await field(page, 'Model').inputValue()).toBe('small'))
  })

  it('that requires a key shows its error, and works with the right key', async () => {
    const app = await startListingApp()
    const { token } = await app.admin.token('tester')
    const page = await openProducer(app)
    await openEditor(page, 'first run', 'Target')
    await fillIn(page, { Key: 'ct-of-no-client' })
    await testConnection(page)
    await expectStatus(page, /^status 401 in [\d.]+\sms: .+/)
    await fillIn(page, { Key: token })
    await testConnection(page)
    await expectStatus(page, /^Answers: status 200 in [\d.]+\sms, 1 model$/)
  })

  it('that refuses to list its models shows an error when a card without a model is started', async () => {
    const app = await startListingApp()
    await app.admin.token('tester')
    const page = await openProducer(app)
    await editCard(page, 'first run', 'Target', { Key: 'ct-of-no-client' })
    await button(page, 'Start first run').click()
    const messages = page.getByRole('region', { name: 'Messages' })
    await messages.getByText('first run cannot start').waitFor()
    await messages.getByText(/^model is empty, and the target lists none: .+/).waitFor()
    await page.keyboard.press('F6')
    await button(page, 'Edit').click()
    await page.getByRole('tab', { name: /^Target/, selected: true }).waitFor()
    expect(app.arrived()).toBe(0)
  })

  it('that is missing, refused by the bridge or not a URL shows a distinct error', async () => {
    const app = await startListingApp()
    const page = await openProducer(app)
    await openEditor(page, 'first run', 'Target')
    await fillIn(page, { URL: `${app.url}/elsewhere` })
    await testConnection(page)
    await expectStatus(page, /^status 404 in [\d.]+\sms: .+/)
    await fillIn(page, { URL: 'http://127.0.0.1:9/v1' })
    await testConnection(page)
    await expectStatus(
      page,
      /^no answer: 127\.0\.0\.1:9 is not this balancer, and calls from here go nowhere else$/,
    )
    await fillIn(page, { URL: 'localhost' })
    await testConnection(page)
    await expectStatus(page, /takes an http or https URL/)
  })

  it('sends the call that a person picks, and asks only for what it has', async () => {
    const app = await startListingApp()
    const page = await openProducer(app)
    const requests = (path: string): number => app.backend.served().routes[path]?.finished ?? 0
    await openEditor(page, 'first run', 'Target')
    await pick(page, 'Call', 'Messages')
    await page.getByRole('tab', { name: 'Load' }).click()
    await fillIn(page, { Requests: '5' })
    await save(page)
    await card(page, 'first run').getByText('Messages', { exact: true }).waitFor()
    await run(page, 'first run', '5 of 5')
    expect(requests('/v1/messages')).toBe(5)
    expect(await card(page, 'first run').locator('dd').first().innerText()).toMatch(/\d\sm?s$/)

    await openEditor(page, 'first run', 'Target')
    await pick(page, 'Call', 'Rerank')
    await page.getByRole('tab', { name: 'Prompt' }).click()
    await fillIn(page, { 'User prompt': 'what barks\na dog\na line' })
    await page.getByText('The first line is the query, each further line a document.').waitFor()
    for (const label of ['System prompt', 'Max tokens', 'Stream'])
      expect(await field(page, label).count()).toBe(0)
    await save(page)
    await run(page, 'first run', '5 of 5')
    expect(requests('/v1/rerank')).toBe(5)
    // No text is written, so there is no first token: the card shows the whole time, and requests.
    expect(await card(page, 'first run').locator('dt').allInnerTexts()).toEqual([
      'total p50',
      'total p99',
      'req/s',
      'errors',
    ])
    const figures = await card(page, 'first run').locator('dd').allInnerTexts()
    expect(figures[0]).toMatch(/\d\sm?s$/)
    expect(Number(figures[2])).toBeGreaterThan(0)
    // So do the charts.
    const latency = page.getByRole('group', { name: 'Latency of' })
    await latency.getByRole('button', { name: 'End to end', pressed: true }).waitFor()
    await page.getByRole('heading', { name: 'End to end, by endpoint' }).waitFor()
    expect(await page.getByText('No results yet').count()).toBe(0)
  })
})
