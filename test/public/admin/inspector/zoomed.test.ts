/** The inspector at 200 % zoom: of a screen of 1440 x 900, half the width and height is left. */
import { expect, it } from 'vitest'
import { startDrawnApp } from '../../support/canvas-page.ts'
import { reveal } from '../../support/inspector-page.ts'
import { layoutFaults } from '../../support/looks/layout.ts'

it('can be used at 200 % zoom: every field comes into view, and Save stays in it', async () => {
  const { app, page, alpha } = await startDrawnApp({
    viewport: { width: 720, height: 450 },
    deviceScaleFactor: 2,
  })
  const inspector = await reveal(page, 'alpha')
  const closed = inspector.locator('h3').getByRole('button', { expanded: false })
  while ((await closed.count()) > 0) await closed.first().click()
  const fields = inspector.locator('input, select, textarea, [role=switch], a[href], button')
  const count = await fields.count()
  expect(count).toBeGreaterThan(15)
  for (let index = 0; index < count; index += 1) {
    const field = fields.nth(index)
    if (!(await field.isVisible())) continue
    await field.scrollIntoViewIfNeeded()
    const isReached = await field.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      // One that only a label stands for.
      if (width < 4 || height < 4) return true
      const highest = document.elementFromPoint(left + width / 2, top + height / 2)
      return (
        highest !== null &&
        (element.contains(highest) ||
          highest.contains(element) ||
          highest.closest('label')?.contains(element))
      )
    })
    expect(isReached, await field.evaluate((element) => element.outerHTML.slice(0, 200))).toBe(true)
  }
  await inspector.getByLabel('Most in flight').fill('7')
  const save = inspector.getByRole('button', { name: 'Save' })
  const box = await save.boundingBox()
  expect(box && box.y + box.height).toBeLessThanOrEqual(450)
  expect(await layoutFaults(page)).toEqual([])
  await save.click()
  await page.getByText('Saved alpha').first().waitFor()
  expect((await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)?.max_concurrent).toBe(7)
})
