// The HTML report of a run with long names and large figures, in a real browser.
import { expect, it } from 'vitest'
import { htmlReport } from '../../../src/load-engine/report/html-report.ts'
import { someResult, someRun } from '../../load-engine/some-run.ts'
import { openPage } from '../support/open-page.ts'

const FAILURE = { outcome: 'http_5xx', status: 503, detail: 'no-blank-in-it'.repeat(20) } as const

it.each([
  ['a desktop', { width: 1440, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
])('the report has every label whole and legible on %s', async (_screen, size) => {
  const results = Array.from({ length: 200 }, (_, index) => ({
    ...someResult(index % 20 === 0 ? FAILURE : {}),
    ttftMs: index * 9_999,
    e2eMs: index * 99_999,
    uncountedTokens: 4_321,
    labels: { ...someResult().labels, endpoint: `${'a-long-name-without-a-space'.repeat(3)}-${index % 3}` },
  }))
  const page = await openPage('about:blank')
  await page.setContent(htmlReport(someRun({ name: 'n'.repeat(80) }, results, 'r'.repeat(80))))
  await page.setViewportSize(size)
  const texts = await page.locator('svg text').evaluateAll((elements) =>
    elements.map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect()
      const frame = element.closest('svg')?.getBoundingClientRect()
      const isWhole =
        frame !== undefined &&
        left >= frame.left &&
        right <= frame.right &&
        top >= frame.top &&
        bottom <= frame.bottom
      return { text: element.textContent.trim(), isWhole, height: bottom - top }
    }),
  )
  expect(texts.length).toBeGreaterThan(20)
  expect(texts.filter(({ isWhole }) => !isWhole)).toEqual([])
  expect(texts.filter(({ height }) => height < 10)).toEqual([])
  const cut = await page.locator('body *:not(svg *)').evaluateAll((elements) =>
    elements
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
      .filter((element) => getComputedStyle(element).display !== 'inline')
      .map((element) => `${element.tagName} ${element.className}`),
  )
  // A wide table scrolls within its own frame.
  expect(cut.filter((element) => element !== 'DIV table')).toEqual([])
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBeLessThanOrEqual(0)
  const broken = await page.locator('td:not(:first-child):not(:last-child)').evaluateAll(
    (cells) =>
      cells.filter((cell) => {
        const range = document.createRange()
        range.selectNodeContents(cell)
        return range.getClientRects().length > 1
      }).length,
  )
  expect(broken).toBe(0)
})
