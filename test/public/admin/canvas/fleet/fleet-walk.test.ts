/** A fleet on every screen: folded and whole, unfolded, searched, and dimmed around what is selected. */
import { expect, it } from 'vitest'
import { eventually } from '../../../../support/apps/running-app.ts'
import { createCanvasPage } from '../../../support/canvas-page.ts'
import { inspectorOf, openPalette } from '../../../support/inspector-page.ts'
import { expectSound, walkLooks } from '../../../support/looks/walk-looks.ts'
import { PHONE } from '../../../support/open-page.ts'
import { openSignedIn } from '../../../support/signed-in.ts'
import { isInside, startSmallFleet } from './small-fleet.ts'

it.each(walkLooks)('folds, unfolds, finds and dims, at $viewport.width in $colorScheme', async (look) => {
  const { app } = await startSmallFleet()
  const page = await openSignedIn(app, look)
  const canvas = createCanvasPage(page)
  const isPhone = look.viewport === PHONE
  const group = (name: string) => page.getByRole('group', { name: `Group ${name}`, exact: true })
  const cards = [
    group('gpu-a'),
    group('gpu-b'),
    canvas.card('block', 'team-0'),
    canvas.card('block', 'team-3'),
  ]
  const expectAllInside = () =>
    eventually(async () => {
      for (const card of cards) expect(await isInside(card, canvas.region)).toBe(true)
    })
  await expectAllInside()
  await expectSound(page, 'folded')

  await group('gpu-a').focus()
  await page.keyboard.press('f')
  const member = canvas.card('endpoint', 'gpu-a-23')
  await member.waitFor()
  await canvas.button('Fit').click()
  await expectAllInside()
  await eventually(async () => expect(await isInside(member, canvas.region)).toBe(true))
  await expectSound(page, 'unfolded')

  await canvas.card('block', 'team-2').focus()
  await page.keyboard.press('Enter')
  await inspectorOf(page, 'team-2').waitFor()
  const isDimmed = (name: string) =>
    canvas.card('block', name).evaluate((element) => element.classList.contains('dimmed'))
  await eventually(async () => expect(await isDimmed('team-1')).toBe(true))
  expect(await isDimmed('team-2')).toBe(false)
  await expectSound(page, 'with a selected block')

  const palette = await openPalette(page)
  await palette.getByRole('combobox').fill('client-37')
  await palette.getByRole('option', { name: /^client-37/ }).click()
  const panel = inspectorOf(page, 'client-37')
  await panel.waitFor()
  const over = isPhone ? panel : page.getByRole('toolbar', { name: 'View of the canvas' })
  await eventually(async () => {
    for (const card of [canvas.card('token', 'client-37'), canvas.card('block', 'team-1')]) {
      expect(await isInside(card, canvas.region)).toBe(true)
      const [own, lowest] = [await card.boundingBox(), await over.boundingBox()]
      expect((own?.y ?? Infinity) + (own?.height ?? 0)).toBeLessThanOrEqual(lowest?.y ?? 0)
    }
  })
  await expectSound(page, 'with a client that was found')
})
