/** The screens on which walks through the pages are made. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { casesOf } from '../../../support/effort.ts'
import { axeViolations } from '../axe.ts'
import { DESKTOP, PHONE, TABLET } from '../open-page.ts'
import { layoutFaults } from './layout.ts'

/** Each size and each theme; in a quick run the first alone. */
export const walkLooks = casesOf(
  [
    { viewport: TABLET, colorScheme: 'light' },
    { viewport: PHONE, colorScheme: 'dark' },
    { viewport: DESKTOP, colorScheme: 'dark' },
  ] as const,
  1,
)

/** Nothing is cut or lies over a control. Polled, because the canvas and the panels are laid out a moment after a change. */
export const expectWhole = (page: Page, when: string): Promise<void> =>
  expect.poll(() => layoutFaults(page), { message: when }).toEqual([])

/** Whole, and passes axe. */
export async function expectSound(page: Page, when: string): Promise<void> {
  await expectWhole(page, when)
  expect(await axeViolations(page), when).toEqual([])
}
