/** Drafts: kept, marked and asked about, and in no conflict with other changes by the same operator. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { eventually, type RunningApp } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { startDrawnApp } from '../../support/canvas-page.ts'
import { holdResponses } from '../../support/held-responses.ts'
import { inspectorOf, openPalette, reveal, runCommand } from '../../support/inspector-page.ts'
import { signIn } from '../../support/signed-in.ts'

const endpointOf = async (app: RunningApp, id: number) =>
  (await app.admin.state()).endpoints.find((one) => one.id === id)

const question = (page: Page) => page.getByRole('alertdialog', { name: 'Save the changes of alpha?' })

const startOwn = () => startDrawnApp({ expectedErrors: /status of 401/ })

/** For the tests that save nothing and leave no other draft and no question. */
const unchanged = shared(startOwn)

async function startDraft(start = startOwn) {
  const started = await start()
  const inspector = await reveal(started.page, 'alpha')
  await inspector.getByLabel('Token quota').fill('33')
  const quota = async () => (await endpointOf(started.app, started.alpha.id))?.token_quota_percent
  return { ...started, inspector, quota, typed: () => inspector.getByLabel('Token quota').inputValue() }
}

describe('the draft of an endpoint', () => {
  it('is saved after other changes by the same operator: disabling, undo, ending a cooldown', async () => {
    const { app, page, canvas, alpha, inspector, quota } = await startDraft()
    const enabled = async () => (await endpointOf(app, alpha.id))?.enabled
    const toggle = inspector.getByRole('switch', { name: 'Enabled' })
    await toggle.click()
    await eventually(async () => expect(await enabled()).toBe(false))
    await canvas.undo.click()
    await eventually(async () => expect(await enabled()).toBe(true))
    // A click before the page shows the undone change would ask for what is already so.
    await toggle.and(inspector.locator('[aria-checked="true"]')).click()
    await eventually(async () => expect(await enabled()).toBe(false))
    await app.admin.call('POST', `/endpoints/${alpha.id}/reset`)
    await inspector.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved alpha').first().waitFor()
    expect([await quota(), await enabled()]).toEqual([33, false])
  })

  it('is kept while another card is shown, with a mark on the card and in the totals', async () => {
    const { page, canvas, inspector, typed } = await startDraft(unchanged)
    await canvas.card('endpoint', 'beta').click()
    await inspectorOf(page, 'beta').getByText('Not saved yet').waitFor()
    await canvas.card('endpoint', 'alpha').getByText('unsaved').first().waitFor()
    expect(await canvas.card('endpoint', 'beta').getByText('unsaved').count()).toBe(0)
    await page.getByRole('contentinfo').getByRole('button', { name: '1 unsaved' }).click()
    expect(await typed()).toBe('33')
    await inspector.getByRole('button', { name: 'Discard' }).click()
    await canvas.card('endpoint', 'alpha').getByText('unsaved').waitFor({ state: 'detached' })
    await page.getByRole('contentinfo').getByRole('button').waitFor({ state: 'detached' })
  })

  it('is dropped when any operator deletes the endpoint', async () => {
    const { app, page, canvas, alpha, inspector } = await startDraft()
    await inspector.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Deleted alpha').first().waitFor()
    await canvas.undo.click()
    await page.getByText('Undone: delete endpoint alpha').first().waitFor()
    expect(await (await reveal(page, 'alpha')).getByLabel('Token quota').inputValue()).toBe('0')
    await inspector.getByLabel('Token quota').fill('44')
    await canvas.card('endpoint', 'alpha').getByText('unsaved').first().waitFor()
    await app.admin.call('DELETE', `/endpoints/${alpha.id}`)
    await page.getByText('alpha has been deleted').first().waitFor()
    await page
      .getByRole('contentinfo')
      .getByRole('button', { name: /unsaved/ })
      .waitFor({ state: 'detached' })
  })
})

describe('closing the inspector over a draft', () => {
  it('asks, and stays open on cancel', async () => {
    const { page, inspector, typed, quota } = await startDraft(unchanged)
    await inspector.getByRole('button', { name: 'Close the inspector' }).click()
    await question(page).getByRole('button', { name: 'Stay' }).click()
    await question(page).waitFor({ state: 'hidden' })
    expect([await typed(), await quota()]).toEqual(['33', 0])
  })

  it('saves or discards, then closes', async () => {
    const { page, inspector, quota } = await startDraft()
    const isClosed = () => inspectorOf(page, 'alpha', { includeHidden: true }).waitFor({ state: 'detached' })
    const close = () => inspector.getByRole('button', { name: 'Close the inspector' }).click()
    await close()
    await question(page).getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved alpha').first().waitFor()
    await isClosed()
    expect(await quota()).toBe(33)
    await reveal(page, 'alpha')
    await inspector.getByLabel('Token quota').fill('66')
    await close()
    await question(page).getByRole('button', { name: 'Discard' }).click()
    await isClosed()
    await reveal(page, 'alpha')
    expect(await inspector.getByLabel('Token quota').inputValue()).toBe('33')
  })

  it('keeps a palette open that was opened before the server responded', async () => {
    const { page, inspector, quota } = await startDraft()
    const responses = await holdResponses(page, '**/admin/api/endpoints/*')
    await inspector.getByRole('button', { name: 'Close the inspector' }).click()
    await question(page).getByRole('button', { name: 'Save' }).click()
    await responses.requested
    const palette = await openPalette(page)
    await palette.waitFor()
    responses.release()
    await page.getByText('Saved alpha').first().waitFor()
    await inspectorOf(page, 'alpha', { includeHidden: true }).waitFor({ state: 'detached' })
    expect(await palette.isVisible()).toBe(true)
    expect(await quota()).toBe(33)
  })

  it('keeps what is typed while it is being saved, and saves that in turn', async () => {
    const { page, inspector, quota, typed } = await startDraft()
    const responses = await holdResponses(page, '**/admin/api/endpoints/*')
    const save = inspector.getByRole('button', { name: 'Save' })
    await save.click()
    await responses.requested
    await inspector.getByLabel('Token quota').fill('34')
    responses.release()
    await page.getByText('Saved alpha').first().waitFor()
    expect([await typed(), await quota()]).toEqual(['34', 33])
    await save.click()
    await eventually(async () => expect(await quota()).toBe(34))
  })

  it('shows the saved value from then on, and not the former one until the next event', async () => {
    const { app, page, canvas, alpha, inspector } = await startDraft()
    const shown = await inspector.getByLabel('Token quota').evaluateHandle((field: HTMLInputElement) => {
      const values = new Set<string>()
      const look = (): void => {
        values.add(field.value)
        requestAnimationFrame(look)
      }
      look()
      return values
    })
    await inspector.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved alpha').first().waitFor()
    // A later change: the event of the save has come before it.
    await app.admin.patchEndpoint(alpha.id, { name: 'alpha two' })
    await canvas.card('endpoint', 'alpha two').waitFor()
    expect(await shown.evaluate((values) => [...values])).toEqual(['33'])
  })

  it('by Esc on the canvas and in the inspector also asks, and in a field does nothing', async () => {
    const { page, canvas, inspector, typed } = await startDraft(unchanged)
    await inspector.getByLabel('Token quota').press('Escape')
    await inspector.getByRole('button', { name: 'Test' }).press('Escape')
    await question(page).getByRole('button', { name: 'Stay' }).click()
    await question(page).waitFor({ state: 'hidden' })
    expect(await typed()).toBe('33')
    await canvas.card('endpoint', 'alpha').press('Escape')
    await question(page).getByRole('button', { name: 'Discard' }).click()
    await inspectorOf(page, 'Gateway').waitFor()
    await canvas.card('endpoint', 'alpha').getByText('unsaved').waitFor({ state: 'detached' })
  })

  it('keeps a draft that cannot be saved', async () => {
    const { page, inspector } = await startDraft(unchanged)
    await inspector.getByLabel('Base URL').fill('ftp://nowhere')
    await inspector.getByRole('button', { name: 'Close the inspector' }).click()
    const save = question(page).getByRole('button', { name: 'Save' })
    expect(await save.getAttribute('data-disabled')).not.toBeNull()
    await question(page).getByText('takes an http or https URL with a host').waitFor()
    await question(page).getByRole('button', { name: 'Discard' }).click()
    await question(page).waitFor({ state: 'hidden' })
  })
})

describe('leaving the page over a draft', () => {
  it.each(['the way to the Load Producer', 'closing the tab'])('asks: %s', async (way) => {
    const { page, typed } = await startDraft()
    const leave = () =>
      way === 'closing the tab'
        ? page.close({ runBeforeUnload: true })
        : page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Load Producer' }).click()
    const asked = page.waitForEvent('dialog')
    const leaving = leave()
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    await leaving
    expect(await typed()).toBe('33')
    page.once('dialog', (again) => void again.accept())
    await leave()
    await (way === 'closing the tab'
      ? eventually(() => expect(page.isClosed()).toBe(true))
      : page.waitForURL('**/load-producer/'))
  })

  it('asks at sign-out, and keeps no draft for the next operator', async () => {
    const { page, canvas, inspector, typed } = await startDraft()
    await runCommand(page, 'Sign out')
    const asked = page.getByRole('alertdialog', { name: 'Sign out without saving?' })
    await asked.getByText('alpha').waitFor()
    await asked.getByRole('button', { name: 'Stay' }).click()
    expect(await typed()).toBe('33')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await asked.getByRole('button', { name: 'Discard and sign out' }).click()
    await page.getByLabel('Admin token').waitFor()
    await signIn(page)
    await canvas.card('endpoint', 'alpha').waitFor()
    await inspectorOf(page, 'Gateway').waitFor()
    await reveal(page, 'alpha')
    expect(await inspector.getByLabel('Token quota').inputValue()).toBe('0')
  })
})
