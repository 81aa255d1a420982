/** What is wrong with the layout of a page at its present size. */
import type { Page } from 'playwright-core'

/**
 * @returns what scrolls sideways, the page as a whole where it scrolls, and controls whose centre something else covers. Cards of
 * the canvas may lie below a panel: the canvas can be moved.
 */
export const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const nameOf = (element: Element): string =>
      `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}”`
    const faults: string[] = []
    const { scrollWidth, scrollHeight } = document.documentElement
    if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} wide`)
    if (scrollHeight > innerHeight) faults.push(`the page is ${scrollHeight} high`)

    /** Whether the point lies in all that cuts off the element. */
    const isShownAt = (element: Element, x: number, y: number): boolean => {
      for (let one = element.parentElement; one !== null; one = one.parentElement) {
        if (getComputedStyle(one).overflow === 'visible') continue
        const { left, right, top, bottom } = one.getBoundingClientRect()
        if (x < left || x > right || y < top || y > bottom) return false
      }
      return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight
    }
    // The panels are sheets over the canvas there.
    const isNarrow = matchMedia('(max-width: 899px)').matches
    const controls = 'button, a[href], select, input:not([type=file]), textarea, [role=switch]'
    for (const element of document.querySelectorAll(controls)) {
      if (element.closest('.react-flow__viewport, [aria-hidden=true], [inert], [data-base-ui-inert]'))
        continue
      // Hidden ones of a switch, and those for screen readers only, have no size.
      const { left, top, width, height } = element.getBoundingClientRect()
      if (width < 4 || height < 4 || !element.checkVisibility({ visibilityProperty: true })) continue
      const [x, y] = [left + width / 2, top + height / 2]
      if (!isShownAt(element, x, y)) continue
      const highest = document.elementFromPoint(x, y)
      if (highest === null || element.contains(highest) || highest.contains(element)) continue
      if (highest.closest('label')?.contains(element)) continue
      const panel = highest.closest('aside')
      if (isNarrow && panel !== null && !panel.contains(element)) continue
      faults.push(`${nameOf(element)} is covered by ${nameOf(highest)}`)
    }
    return faults
  })
