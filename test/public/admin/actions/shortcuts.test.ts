import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { openSignedIn } from '../../support/signed-in.ts'

async function openPageWithKeys() {
  const app = await startApp()
  const page = await openSignedIn(app)
  await page.getByRole('group', { name: 'Endpoint backend-1', exact: true }).waitFor()
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'] ?? 'system')
  return { app, page, theme }
}

it('runs the action of each shortcut', async () => {
  const { page, theme } = await openPageWithKeys()
  await page.keyboard.press('t')
  await eventually(async () => expect(await theme()).toBe('light'))

  await page.keyboard.press('r')
  await page.getByText('Up to date').first().waitFor()

  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.getByText('Fit everything into view').waitFor()
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'hidden' })

  await page.keyboard.press('/')
  const search = page.getByRole('complementary', { name: 'Outline' }).getByRole('searchbox')
  await eventually(async () =>
    expect(await search.evaluate((box) => box === document.activeElement)).toBe(true),
  )
})

it('fits the canvas and tidies it up', async () => {
  const { app, page } = await openPageWithKeys()
  await app.admin.patchEndpoint(app.endpoint.id, { pos_x: 5000, pos_y: 5000 })
  const card = page.getByRole('group', { name: 'Endpoint backend-1', exact: true })
  await eventually(async () => expect((await card.boundingBox())?.x ?? 0).toBeGreaterThan(1440))
  await page.keyboard.press('1')
  await eventually(async () => {
    const box = await card.boundingBox()
    expect(box?.x).toBeLessThan(1440)
    expect(box?.y).toBeLessThan(900)
  })
  await page.keyboard.press('Shift+Alt+T')
  await eventually(async () => expect((await app.admin.state()).endpoints[0]?.pos_x).toBeLessThan(2000))
})

it('deletes the selection after a confirmation', async () => {
  const { app, page } = await openPageWithKeys()
  await page.getByRole('group', { name: 'Endpoint backend-1', exact: true }).click()
  await page.keyboard.press('Delete')
  const question = page.getByRole('alertdialog')
  await question.getByText('backend-1').first().waitFor()
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'hidden' })
  expect((await app.admin.state()).endpoints).toHaveLength(1)
})

it('ignores shortcuts in text fields', async () => {
  const { page, theme } = await openPageWithKeys()
  await page.keyboard.press('/')
  const search = page.getByRole('complementary', { name: 'Outline' }).getByRole('searchbox')
  await search.focus()
  await page.keyboard.type('rt?/1')
  expect(await search.inputValue()).toBe('rt?/1')
  expect(await theme()).toBe('system')
  expect(await page.getByRole('dialog').count()).toBe(0)
  // The palette alone is reached from there too.
  await page.keyboard.press('Control+K')
  await page.getByRole('dialog', { name: 'Commands' }).waitFor()
})

it('overrides no shortcut of the browser', async () => {
  const { page } = await openPageWithKeys()
  const taken = await page.evaluate(() => {
    const chords = ['r', 't', 'l', 'w', 'n', 'f', 'p', 'd', '1', '0', '+', '-'].map((key) => ({
      key,
      ctrlKey: true,
    }))
    return chords.filter((chord) => {
      const code = /[a-z]/.test(chord.key) ? `Key${chord.key.toUpperCase()}` : ''
      const event = new KeyboardEvent('keydown', { ...chord, code, bubbles: true, cancelable: true })
      document.body.dispatchEvent(event)
      return event.defaultPrevented
    })
  })
  expect(taken).toEqual([])
})
