/** Notes and frames on the canvas: added, written, moved, resized and deleted, by mouse and by key, for all operators. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../../../src/contract/audit.ts'
import { eventually, type RunningApp } from '../../../../support/apps/running-app.ts'
import { axeViolations } from '../../../support/axe.ts'
import { centreOf, drag, expectInView, startDrawnApp } from '../../../support/canvas-page.ts'
import { PHONE } from '../../../support/open-page.ts'
import { openSignedIn } from '../../../support/signed-in.ts'

const notesOf = async (app: RunningApp) => (await app.admin.state()).canvas_notes

const note = (page: Page, text: string) => page.getByRole('group', { name: `Note: ${text}`, exact: true })
const frame = (page: Page, title: string) => page.getByRole('group', { name: `Frame: ${title}`, exact: true })

/** Clicks until it is selected: where the view still moves, a click may miss. */
const selectNote = (page: Page, text: string): Promise<void> =>
  eventually(async () => {
    await note(page, text).click()
    expect(await note(page, text).getAttribute('class')).toMatch(/\bselected\b/)
  })

async function choose(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+K')
  const palette = page.getByRole('dialog', { name: 'Commands' })
  await palette.getByRole('combobox').fill(command)
  await palette.getByRole('option', { name: command }).first().click()
  await palette.waitFor({ state: 'hidden' })
}

/** Opens the menu of the empty canvas. */
async function pressGround(page: Page): Promise<void> {
  const box = await page.getByRole('region', { name: 'Canvas', exact: true }).boundingBox()
  if (box === null) throw new Error('the canvas is not visible')
  const at = { x: box.x + box.width * 0.3, y: box.y + box.height * 0.75 }
  await page.mouse.click(at.x, at.y, { button: 'right' })
}

describe('a note', () => {
  it('is added where the operator asks for it, written in place, and shown to another operator', async () => {
    const { app, page } = await startDrawnApp()
    const other = await openSignedIn(app)
    await pressGround(page)
    await page.getByRole('menuitem', { name: 'Add a note' }).click()
    const field = page.getByRole('textbox', { name: 'Text of the note' })
    await field.fill('Rack 3:\nmoves on Friday')
    await page.keyboard.press('Control+Enter')
    await field.waitFor({ state: 'detached' })
    await note(other, 'Rack 3:').getByText('moves on Friday').waitFor()
    expect(await notesOf(app)).toMatchObject([
      { kind: 'note', text: 'Rack 3:\nmoves on Friday', color: 'olive' },
    ])
    expect(await note(page, 'Rack 3:').evaluate((element) => element === document.activeElement)).toBe(true)

    await note(other, 'Rack 3:').dblclick()
    await other.getByRole('textbox', { name: 'Text of the note' }).fill('Rack 4')
    await other.keyboard.press('Escape')
    await note(other, 'Rack 3:').dblclick()
    await other.getByRole('textbox', { name: 'Text of the note' }).fill('Rack 5')
    await other.getByRole('region', { name: 'Canvas', exact: true }).click({ position: { x: 6, y: 300 } })
    await note(page, 'Rack 5').waitFor()

    await note(other, 'Rack 5').click({ button: 'right' })
    await other.getByRole('menuitem', { name: 'Teal' }).click()
    await eventually(async () => expect((await notesOf(app))[0]?.color).toBe('teal'))
    expect(await axeViolations(page)).toEqual([])
    expect(await axeViolations(other)).toEqual([])
  })

  it('is added, written, moved, resized, deleted and brought back by key', async () => {
    const { app, page } = await startDrawnApp()
    await choose(page, 'Add a note')
    await page.getByRole('textbox', { name: 'Text of the note' }).waitFor()
    await page.keyboard.type('By key')
    await page.keyboard.press('Control+Enter')
    await note(page, 'By key').waitFor()
    const [before] = await notesOf(app)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await eventually(async () =>
      expect(await notesOf(app)).toMatchObject([
        { pos_x: (before?.pos_x ?? 0) + 8, pos_y: (before?.pos_y ?? 0) + 40 },
      ]),
    )
    await page.keyboard.press('+')
    await eventually(async () => expect((await notesOf(app))[0]?.width).toBe((before?.width ?? 0) + 24))
    await page.keyboard.press('Enter')
    await page.keyboard.type('Again')
    await page.keyboard.press('Escape')
    await page.getByRole('textbox', { name: 'Text of the note' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Delete')
    await note(page, 'By key').waitFor({ state: 'detached' })
    expect(await notesOf(app)).toEqual([])
    await page.keyboard.press('Control+Z')
    await note(page, 'By key').waitFor()
    await page.keyboard.press('Control+Z')
    await eventually(async () => expect((await notesOf(app))[0]?.width).toBe(before?.width))
    await page.keyboard.press('Control+Z')
    await eventually(async () => expect((await notesOf(app))[0]?.pos_x).toBe(before?.pos_x))
    await page.keyboard.press('Control+Shift+Z')
    await eventually(async () => expect((await notesOf(app))[0]?.pos_x).toBe((before?.pos_x ?? 0) + 8))
  })

  it('is deleted and brought back with the cards that are selected besides, in one step', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await app.admin.call('POST', '/canvas-notes', { kind: 'note', text: 'Old', pos_x: 0, pos_y: 500 })
    await selectNote(page, 'Old')
    await canvas.card('endpoint', 'beta').click({ modifiers: ['ControlOrMeta'] })
    await page.keyboard.press('Delete')
    const question = page.getByRole('alertdialog', { name: 'Delete beta and note “Old”?' })
    await question.getByRole('button', { name: 'Delete' }).click()
    await question.waitFor({ state: 'detached' })
    await note(page, 'Old').waitFor({ state: 'detached' })
    await canvas.card('endpoint', 'beta').waitFor({ state: 'detached' })
    expect(await notesOf(app)).toEqual([])
    await canvas.undo.click()
    await note(page, 'Old').waitFor()
    await canvas.card('endpoint', 'beta').waitFor()
  })

  it.each([
    ['the inspector', (page: Page) => page.getByRole('button', { name: 'Delete 3', exact: true }).click()],
    ['the palette', (page: Page) => choose(page, 'Delete what is selected')],
  ])('is deleted from %s with the cards that are selected besides', async (_where, ask) => {
    const { app, page, canvas } = await startDrawnApp()
    await app.admin.call('POST', '/canvas-notes', { kind: 'note', text: 'Old', pos_x: 0, pos_y: 500 })
    await selectNote(page, 'Old')
    // The panel of a card opens with the first, and the canvas makes room for it.
    await canvas.card('endpoint', 'alpha').click({ modifiers: ['ControlOrMeta'] })
    await page.getByRole('complementary', { name: 'Inspector: alpha' }).waitFor()
    await eventually(() => expectInView(page, canvas.card('endpoint', 'beta')))
    await canvas.card('endpoint', 'beta').click({ modifiers: ['ControlOrMeta'] })
    await page.getByRole('heading', { name: '3 selected', exact: true }).waitFor()
    await ask(page)
    const question = page.getByRole('alertdialog', { name: 'Delete 2 cards and note “Old”?' })
    await question.getByRole('button', { name: 'Delete' }).click()
    await question.waitFor({ state: 'detached' })
    await note(page, 'Old').waitFor({ state: 'detached' })
    await canvas.card('endpoint', 'beta').waitFor({ state: 'detached' })
    expect(await notesOf(app)).toEqual([])
  })

  it('is deleted from the palette where nothing else is selected, and so is a line', async () => {
    const { app, page, canvas } = await startDrawnApp()
    await app.admin.call('POST', '/canvas-notes', { kind: 'note', text: 'Old', pos_x: 0, pos_y: 500 })
    await selectNote(page, 'Old')
    await choose(page, 'Delete what is selected')
    await note(page, 'Old').waitFor({ state: 'detached' })
    // The palette fades out over the canvas.
    await eventually(async () => {
      const { x, y } = await canvas.pointOn('Live', 'alpha')
      await page.mouse.click(x, y)
      expect(await canvas.wire('Live', 'alpha').getAttribute('class')).toMatch(/\bselected\b/)
    })
    await choose(page, 'Delete what is selected')
    await canvas.wire('Live', 'alpha').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+K')
    const remove = page.getByRole('option', { name: 'Delete what is selected' })
    await eventually(async () => expect(await remove.getAttribute('aria-disabled')).toBe('true'))
  })

  it('is drawn larger by its corner, and counts where everything is fitted into view', async () => {
    const { app, page } = await startDrawnApp()
    await app.admin.call('POST', '/canvas-notes', { kind: 'note', text: 'Far', pos_x: 2400, pos_y: 900 })
    await note(page, 'Far').waitFor()
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    const region = page.getByRole('region', { name: 'Canvas', exact: true })
    await eventually(async () => {
      const [box, area] = [await note(page, 'Far').boundingBox(), await region.boundingBox()]
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan((area?.x ?? 0) + (area?.width ?? 0))
    })
    await note(page, 'Far').click()
    const box = await note(page, 'Far').boundingBox()
    if (box === null) throw new Error('the note is not visible')
    const corner = { x: box.x + box.width, y: box.y + box.height }
    await drag(page, corner, { x: corner.x + 40, y: corner.y + 40 })
    await eventually(async () => {
      const [resized] = await notesOf(app)
      expect(resized?.width).toBeGreaterThan(224)
      expect(resized?.height).toBeGreaterThan(128)
      expect(resized).toMatchObject({ pos_x: 2400, pos_y: 900 })
    })
  })

  it('can be read on a phone', async () => {
    const { app, page } = await startDrawnApp({ viewport: PHONE, hasTouch: true, isMobile: true })
    await app.admin.call('POST', '/canvas-notes', { kind: 'note', text: 'Read me', pos_x: 40, pos_y: 600 })
    const text = note(page, 'Read me')
    await text.waitFor()
    await text.focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Show at full size' }).click()
    await eventually(async () => {
      const box = await text.boundingBox()
      expect(box?.width).toBeGreaterThan(170)
      expect(box?.x).toBeGreaterThan(0)
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(PHONE.width)
    })
  })
})

it('finds a note by its words from another view, and gives it the focus', async () => {
  const { app, page } = await startDrawnApp()
  const text = 'Rack 3:\nmoves on Friday'
  await app.admin.call('POST', '/canvas-notes', { kind: 'note', text, pos_x: 3000, pos_y: 2000 })
  await note(page, 'Rack 3:').waitFor()
  await choose(page, 'Usage')
  await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor()
  await choose(page, 'moves on Friday')
  await eventually(async () => {
    expect(await note(page, 'Rack 3:').evaluate((element) => element === document.activeElement)).toBe(true)
    const box = await note(page, 'Rack 3:').boundingBox()
    expect(box?.width).toBeCloseTo(224, 0)
    expect(box?.x).toBeGreaterThan(0)
  })
})

describe('a frame', () => {
  it('is put around what is selected, and moves it in one write and one undo step', async () => {
    const { app, page, canvas, alpha, beta } = await startDrawnApp()
    await canvas.card('endpoint', 'alpha').click()
    await canvas.card('endpoint', 'beta').click({ modifiers: ['ControlOrMeta'] })
    await choose(page, 'Add a frame')
    const title = page.getByRole('textbox', { name: 'Title of the frame' })
    await title.fill('Paris')
    await title.press('Enter')
    await frame(page, 'Paris').waitFor()
    await eventually(async () => expect(await notesOf(app)).toMatchObject([{ kind: 'frame', text: 'Paris' }]))
    await page.keyboard.press('Escape')

    const places = async () => {
      const { endpoints, incoming_blocks, canvas_notes } = await app.admin.state()
      const all = [...endpoints, ...incoming_blocks, ...canvas_notes]
      return all.map(({ pos_x, pos_y }) => [pos_x, pos_y])
    }
    const shown = async (name: string) => centreOf(canvas.card('endpoint', name))
    const before = await places()
    const [alphaAt, betaAt] = [await shown('alpha'), await shown('beta')]
    const writes: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') writes.push(request.url())
    })
    const bar = await frame(page, 'Paris').boundingBox()
    if (bar === null) throw new Error('the frame is not visible')
    const from = { x: bar.x + 60, y: bar.y + 12 }
    await drag(page, from, { x: from.x + 80, y: from.y + 120 })
    await eventually(async () => expect(await places()).not.toEqual(before))
    // The server may have it before the browser tells of it.
    await eventually(() =>
      expect(writes.map((url) => new URL(url).pathname)).toEqual(['/admin/api/positions']),
    )
    const [alphaNow, betaNow] = [await shown('alpha'), await shown('beta')]
    const way = { x: alphaNow.x - alphaAt.x, y: alphaNow.y - alphaAt.y }
    expect(Math.abs(way.x - 80)).toBeLessThan(16)
    expect(Math.abs(way.y - 120)).toBeLessThan(16)
    expect(betaNow.x - betaAt.x).toBeCloseTo(way.x, 1)
    expect(betaNow.y - betaAt.y).toBeCloseTo(way.y, 1)
    const [entry] = await app.admin.call<AuditEntry[]>('GET', '/audit?limit=1')
    expect(Object.keys(entry?.after ?? {})).toEqual(
      expect.arrayContaining([`endpoints/${alpha.id}`, `endpoints/${beta.id}`, 'canvas_notes/1']),
    )
    await canvas.undo.click()
    await eventually(async () => expect(await places()).toEqual(before))
    await canvas.redo.click()
    await eventually(async () => expect(await places()).not.toEqual(before))

    await frame(page, 'Paris').focus()
    await page.keyboard.press('Delete')
    await frame(page, 'Paris').waitFor({ state: 'detached' })
    await canvas.card('endpoint', 'alpha').waitFor()
  })

  it('is not selected by a selection box that is drawn inside of it', async () => {
    const { app, page, canvas } = await startDrawnApp()
    const around = { kind: 'frame', text: 'All', pos_x: -400, pos_y: -400, width: 2400, height: 1600 }
    await app.admin.call('POST', '/canvas-notes', around)
    await frame(page, 'All').waitFor()
    const box = await canvas.card('endpoint', 'alpha').boundingBox()
    if (box === null) throw new Error('the card is not visible')
    await page.keyboard.down('Shift')
    await drag(
      page,
      { x: box.x + box.width + 12, y: box.y + box.height + 6 },
      { x: box.x + box.width / 2, y: box.y + box.height / 2 },
    )
    await page.keyboard.up('Shift')
    const isSelected = (locator: ReturnType<typeof frame>) =>
      locator.evaluate((element) => element.classList.contains('selected'))
    await eventually(async () => expect(await isSelected(canvas.card('endpoint', 'alpha'))).toBe(true))
    expect(await isSelected(frame(page, 'All'))).toBe(false)
  })
})
