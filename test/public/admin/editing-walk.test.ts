/** What an operator fills in, on every screen: nothing is lost, what is wrong is said at its field, and the focus goes on. */
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually } from '../../support/apps/running-app.ts'
import { axeViolations } from '../support/axe.ts'
import { startDrawnApp } from '../support/canvas-page.ts'
import { inspectorOf, reveal, runCommand } from '../support/inspector-page.ts'
import { expectSound, walkLooks } from '../support/looks/walk-looks.ts'

const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true })
const field = (within: Page | Locator, name: string) => within.getByRole('textbox', { name, exact: true })
const group = (page: Page, name: string) => page.getByRole('group', { name, exact: true })

const expectFocus = (element: Locator): Promise<void> =>
  eventually(async () => expect(await element.evaluate((one) => one === document.activeElement)).toBe(true))

/** Expects that the card lies whole on the screen, and nothing lies over it. */
const expectInSight = (card: Locator): Promise<void> =>
  eventually(async () =>
    expect(
      await card.evaluate((element) => {
        const { left, top, width, height } = element.getBoundingClientRect()
        const parts = [0.1, 0.5, 0.9]
        return parts.every((right) =>
          parts.every((down) =>
            element.contains(document.elementFromPoint(left + right * width, top + down * height)),
          ),
        )
      }),
    ).toBe(true),
  )

/** Presses the page beside a dialog; above it where it is as wide as the page. */
async function pressBeside(page: Page, dialog: Locator): Promise<void> {
  const box = await dialog.boundingBox()
  if (box === null) throw new Error('the dialog is not visible')
  if (box.x > 8) await page.mouse.click(box.x / 2, box.y + box.height / 2)
  else await page.mouse.click(box.width / 2, box.y / 2)
}

/** Opens the menu of a card by key. */
async function openMenu(page: Page, card: Locator, name: string): Promise<Locator> {
  await card.focus()
  await page.keyboard.press('Shift+F10')
  const menu = page.getByRole('menu', { name: `What can be done with ${name}`, exact: true })
  await menu.waitFor()
  expect(await axeViolations(page, menu), name).toEqual([])
  return menu
}

/** What a screen reader says of the field beside its name. */
const descriptionOf = (input: Locator): Promise<string> =>
  input.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.querySelector(`[id="${id}"]`)?.textContent)
      .join(' '),
  )

it.each(walkLooks)(
  'loses no input, says what is wrong at its field, hands the focus on, at $viewport.width in $colorScheme',
  async (look) => {
    const { page, canvas } = await startDrawnApp({ ...look, expectedErrors: /status of 422/ })
    await button(page.getByRole('banner'), 'Add').click()
    await page.getByRole('menuitem', { name: 'Add an endpoint' }).click()
    const dialog = page.getByRole('dialog', { name: 'New endpoint' })
    const address = field(dialog, 'Base URL')
    await address.fill('127.0.0.1:8')
    await pressBeside(page, dialog)
    const question = page.getByRole('alertdialog', { name: 'Discard what you have filled in?' })
    await question.waitFor()
    await expectSound(page, 'the question before a filled dialog is lost')
    await button(question, 'Keep editing').click()
    await question.waitFor({ state: 'hidden' })
    expect(await address.inputValue()).toBe('127.0.0.1:8')

    await button(dialog, 'Create').click()
    const noName = dialog.getByText('takes 1 to 120 letters')
    await noName.waitFor()
    await address.fill('127.0.0.1:9')
    await noName.waitFor({ state: 'detached' })
    await button(dialog, 'Test').click()
    await dialog.getByText(/Takes an http or https URL/).waitFor()
    expect(await address.getAttribute('aria-invalid')).toBe('true')
    expect(await descriptionOf(address)).toMatch(
      /Takes an http or https URL.*Did you mean http:\/\/127\.0\.0\.1:9\/v1/,
    )
    await expectSound(page, 'the error of a test at its field')
    await button(dialog, 'http://127.0.0.1:9/v1').click()
    await dialog.getByText(/Takes an http or https URL/).waitFor({ state: 'detached' })
    expect(await address.inputValue()).toBe('http://127.0.0.1:9/v1')

    await field(dialog, 'Name').fill('no / name')
    await button(dialog, 'Create').click()
    await noName.waitFor()
    await expectSound(page, 'the error of a name')
    await field(dialog, 'Name').fill('gamma')
    await noName.waitFor({ state: 'detached' })
    await button(dialog, 'Create').click()
    await dialog.waitFor({ state: 'hidden' })
    const card = canvas.card('endpoint', 'gamma')
    await expectFocus(card)
    await expectInSight(card)
    await expectSound(page, 'with a new card')

    await button(inspectorOf(page, 'gamma'), 'Delete').click()
    const deletion = page.getByRole('alertdialog', { name: 'Delete gamma?' })
    await deletion.waitFor()
    await expectSound(page, 'the question before a deletion')
    await button(deletion, 'Delete').click()
    await card.waitFor({ state: 'detached' })
    await expectFocus(canvas.card('endpoint', 'beta'))
    await expectSound(page, 'after a deletion')
  },
)

it.each(walkLooks)(
  'sees what another operator has changed, and keeps both, at $viewport.width in $colorScheme',
  async (look) => {
    const { app, page, alpha } = await startDrawnApp({ ...look, expectedErrors: /status of 412/ })
    const stored = async () => (await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)
    const panel = await reveal(page, 'alpha')
    await panel.getByLabel('Token quota').fill('20')
    const theirs = { token_quota_percent: 77, base_url: 'http://10.0.0.9:8000/v1' }
    await app.admin.patchEndpoint(alpha.id, theirs)
    await button(panel, 'Save').click()
    const conflict = page.getByRole('alertdialog', { name: 'Changed by someone else meanwhile' })
    const row = conflict.getByRole('row', { name: /Token quota/ })
    await row.waitFor()
    expect(await row.getByRole('cell').allTextContents()).toEqual(['0', '20', '77'])
    await conflict.getByText(`Base URL from ${alpha.base_url} to ${theirs.base_url}.`).waitFor()
    await expectSound(page, 'the changes of another operator')
    await button(conflict, 'Keep mine').click()
    await conflict.waitFor({ state: 'hidden' })
    await eventually(async () => expect(await stored()).toMatchObject({ ...theirs, token_quota_percent: 20 }))
    await button(panel, 'Discard').waitFor({ state: 'detached' })

    await panel.getByLabel('Token quota').fill('30')
    await app.admin.patchEndpoint(alpha.id, { base_url: 'http://10.0.0.10:8000/v1' })
    await button(panel, 'Save').click()
    await page.getByText('Others have changed other fields meanwhile: both are kept.').first().waitFor()
    expect(await stored()).toMatchObject({ token_quota_percent: 30, base_url: 'http://10.0.0.10:8000/v1' })
    expect(await conflict.count()).toBe(0)
    await expectSound(page, 'after a merge')
  },
)

it.each(walkLooks)(
  'makes and renames a note, a frame and a group, at $viewport.width in $colorScheme',
  async (look) => {
    const { app, page, alpha, beta } = await startDrawnApp(look)
    for (const [kind, label, end, edit] of [
      ['note', 'Text of the note', 'Control+Enter', 'Edit text'],
      ['frame', 'Title of the frame', 'Enter', 'Edit title'],
    ] as const) {
      const shown = (text: string) => group(page, `${kind === 'note' ? 'Note' : 'Frame'}: ${text}`)
      await runCommand(page, `Add a ${kind}`)
      await field(page, label).fill('Rack 3')
      await expectSound(page, `a ${kind} while it is written`)
      await page.keyboard.press(end)
      await expectFocus(shown('Rack 3'))
      const menu = await openMenu(page, shown('Rack 3'), `${kind} Rack 3`)
      await menu.getByRole('menuitem', { name: edit }).click()
      await field(page, label).fill('Rack 4')
      await page.keyboard.press(end)
      await shown('Rack 4').waitFor()
      await expectSound(page, `a ${kind} with another text`)
    }
    expect((await app.admin.state()).canvas_notes.map(({ text }) => text)).toEqual(['Rack 4', 'Rack 4'])

    for (const { id } of [alpha, beta]) await app.admin.patchEndpoint(id, { group: 'paris' })
    await group(page, 'Group paris').waitFor()
    const menu = await openMenu(page, group(page, 'Group paris'), 'the group paris')
    await menu.getByRole('menuitem', { name: /^Rename/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Rename the group paris' })
    await field(dialog, 'Name').fill('')
    await button(dialog, 'Rename').click()
    await eventually(async () =>
      expect(await field(dialog, 'Name').getAttribute('aria-invalid')).toBe('true'),
    )
    await expectSound(page, 'the dialog of a group, with the error of its name')
    await field(dialog, 'Name').fill('lyon')
    expect(await field(dialog, 'Name').getAttribute('aria-invalid')).toBeNull()
    await button(dialog, 'Rename').click()
    await group(page, 'Group lyon').waitFor()
    await dialog.waitFor({ state: 'hidden' })
    await openMenu(page, group(page, 'Group lyon'), 'the group lyon')
    await page.getByRole('menuitem', { name: 'Teal' }).click()
    await eventually(async () =>
      expect((await app.admin.state()).endpoint_groups).toMatchObject([{ name: 'lyon', color: 'teal' }]),
    )
    await expectSound(page, 'with a coloured group')
  },
)

it.each(walkLooks)(
  'compares and applies a configuration file, at $viewport.width in $colorScheme',
  async (look) => {
    const { app, page, alpha } = await startDrawnApp({ ...look, expectedErrors: /status of 422/ })
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Settings', exact: true })
      .click()
    const file = field(page, 'Configuration file')
    await file.fill('version: 1\nendpoints:\n  - name: alpha\n    base_url: nowhere\n')
    await button(page, 'Compare').click()
    const errors = page.getByRole('alert').filter({ hasText: 'This file cannot be read' })
    await errors.getByText('Line 4').waitFor()
    await expectSound(page, 'the errors of a file')

    await file.fill(
      `version: 1\nendpoints:\n  - name: alpha\n    base_url: ${alpha.base_url}\nclient_tokens:\n  - name: app\n    incoming_block: Live\n  - name: mobile\n    incoming_block: Live\n`,
    )
    await errors.waitFor({ state: 'hidden' })
    await page.getByRole('switch', { name: 'Delete what the file does not name' }).click()
    await button(page, 'Compare').click()
    const difference = page.getByRole('region', { name: 'What would change' })
    await difference.getByText('2 changes, none of them applied yet.').waitFor()
    await expectSound(page, 'what a file would change')
    await button(difference, 'Apply 2 changes').click()
    const question = page.getByRole('alertdialog', { name: 'Delete 1 and apply the rest?' })
    await question.getByText('endpoint beta').waitFor()
    await expectSound(page, 'the question before a file deletes')
    await button(question, 'Apply 2 changes').click()
    const created = page.getByRole('alertdialog', { name: 'A new client token' })
    await created.getByText(/^ct-/).waitFor()
    await expectSound(page, 'the client token that a file has made')
    await button(created, 'I have copied them').click()
    await created.waitFor({ state: 'hidden' })
    expect((await app.admin.state()).endpoints.map(({ name }) => name)).toEqual(['alpha'])
    // The message of success may lie over a link of the scrolled view, for its few seconds.
    await expectSound(page, 'after a file has been applied')
  },
)
