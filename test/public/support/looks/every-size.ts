/** Checks what a page shows at every size and in both themes. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { isFull } from '../../../support/effort.ts'
import { axeViolations, type AxeRules } from '../axe.ts'
import { layoutFaults } from './layout.ts'
import { DESKTOP, PHONE, TABLET } from '../open-page.ts'

interface Look {
  readonly viewport: { readonly width: number; readonly height: number }
  readonly colorScheme: 'dark' | 'light'
  readonly rules: AxeRules
}

// The width changes the layout, the theme colours alone: a second look at the same layout needs no other rules.
const FULL: readonly Look[] = [
  { viewport: PHONE, colorScheme: 'light', rules: 'every' },
  { viewport: PHONE, colorScheme: 'dark', rules: 'colours' },
  { viewport: TABLET, colorScheme: 'dark', rules: 'every' },
  { viewport: TABLET, colorScheme: 'light', rules: 'colours' },
  { viewport: DESKTOP, colorScheme: 'light', rules: 'colours' },
  { viewport: DESKTOP, colorScheme: 'dark', rules: 'every' },
]
const EVERY_RULE = FULL.filter(({ rules, viewport }) => rules === 'every' && viewport !== TABLET)

/** @returns the looks at what is so named: all, and in a quick run one of them, by the letters of the name. */
export function looksAt<T>(what: string, all: readonly T[]): readonly T[] {
  const letters = Array.from(what.slice(0, 40), (letter) => letter.charCodeAt(0))
  const chosen = letters.reduce((sum, code) => sum + code, 0) % all.length
  return isFull ? all : all.slice(chosen, chosen + 1)
}

/** Checks the whole page. @param shown - must be visible at every size. */
export const expectAtEverySize = (page: Page, shown: Locator): Promise<void> =>
  lookAtEverySize(page, shown, async (rules) => [
    ...(await axeViolations(page, undefined, rules)),
    ...(rules === 'every' ? await lastingFaults(page) : []),
  ])

/** Checks what lies over the page without hiding it, such as a menu. */
export const expectPopupAtEverySize = (page: Page, popup: Locator): Promise<void> =>
  lookAtEverySize(page, popup, (rules) => axeViolations(page, popup, rules))

async function lookAtEverySize(
  page: Page,
  shown: Locator,
  faultsOf: (rules: AxeRules) => Promise<string[]>,
): Promise<void> {
  await shown.waitFor()
  const what = await shown.evaluate(
    (element) => element.getAttribute('aria-label') ?? element.textContent.slice(0, 40),
  )
  const faults: Record<string, string[]> = {}
  for (const { viewport, colorScheme, rules } of isFull ? FULL : looksAt(what, EVERY_RULE)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await shown.waitFor()
    const found = await faultsOf(rules)
    const headings = await page.locator('h1').count()
    if (headings !== 1) found.push(`${headings} headings of the first level`)
    if (found.length > 0) faults[`${viewport.width}, ${colorScheme}`] = found
  }
  await page.setViewportSize(DESKTOP)
  expect(faults, what).toEqual({})
}

/** Charts and the canvas are resized a moment after the page: a fault counts once it stays. */
async function lastingFaults(page: Page): Promise<string[]> {
  let found: string[] = []
  await expect
    .poll(async () => (found = await layoutFaults(page)), { timeout: 2_000 })
    .toEqual([])
    .catch(() => undefined)
  return found
}
