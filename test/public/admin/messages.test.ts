/** Messages of errors: they go when what they are about is mended, and lie over no button. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startDrawnApp } from '../support/canvas-page.ts'
import { reveal, runCommand } from '../support/inspector-page.ts'
import { layoutFaults } from '../support/looks/layout.ts'
import { DESKTOP, PHONE, TABLET } from '../support/open-page.ts'
import { casesOf, isFull } from '../../support/effort.ts'

const messages = (page: Page) => page.getByRole('region', { name: 'Messages' })

const sizes = [
  ['desktop', DESKTOP],
  ['phone', PHONE],
  ['tablet', TABLET],
] as const

it.each(casesOf(sizes, 2))(
  'the message of a refused deletion covers no button, and goes with the next that succeeds: %s',
  async (_what, viewport) => {
    const { app, page, batch } = await startDrawnApp({ viewport, expectedErrors: /status of 409/ })
    await app.admin.call('DELETE', `/incoming-blocks/${batch.id}`)
    const remove = async (): Promise<void> => {
      await runCommand(page, 'Delete what is selected')
      const question = page.getByRole('alertdialog', { name: 'Delete Live?' })
      await question.getByRole('button', { name: 'Delete' }).click()
      await question.waitFor({ state: 'hidden' })
    }
    const inspector = await reveal(page, 'Live')
    await remove()
    await messages(page).getByText('HTTP 409').waitFor()
    await inspector.waitFor()
    await expect.poll(() => layoutFaults(page)).toEqual([])

    // The last block cannot go; it is the last no longer.
    await app.admin.block('Other')
    await page.getByRole('group', { name: 'Incoming block Other' }).waitFor()
    await remove()
    await messages(page).getByText('HTTP 409').waitFor({ state: 'hidden' })
    await expect.poll(() => layoutFaults(page)).toEqual([])
  },
)

it.runIf(isFull)(
  'the error of a name goes as soon as another one is typed, and with the dialog that it belongs to',
  async () => {
    const { app, page } = await startDrawnApp({ expectedErrors: /status of 4(09|22)/ })
    await app.admin.call('POST', '/model-aliases', { name: 'chat-large', targets: [{ model: 'sim-model' }] })
    const inspector = await reveal(page, 'alpha')
    const name = inspector.getByLabel('Name', { exact: true })
    await name.fill('')
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true')
    await name.fill('gamma')
    await expect.poll(() => name.getAttribute('aria-invalid')).not.toBe('true')
    await inspector.getByRole('button', { name: 'Discard' }).click()

    await page.evaluate(() => void (location.hash = '#/models'))
    await page.getByRole('button', { name: 'New alias' }).click()
    const dialog = page.getByRole('dialog')
    const alias = dialog.getByLabel('Name', { exact: true })
    await alias.fill('chat-large')
    await dialog
      .getByLabel(/^Model/)
      .first()
      .fill('sim-model')
    await dialog.getByRole('button', { name: 'Create' }).click()
    const refused = page.getByText('another model alias has this name').first()
    await refused.waitFor()
    await alias.fill('chat-small')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await refused.waitFor({ state: 'hidden' })
  },
)
