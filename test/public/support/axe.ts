/** Finds accessibility violations with axe. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ElementHandle, Locator, Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

// Waits for animations, because the contrast is too low during a fade-in. Endless ones, such as a pulse, are skipped.
const waitForAnimations = `Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
  .map((animation) => animation.finished)).then(() => undefined)`

declare const axe: {
  run(within: Element | Document, options: object): Promise<AxeResults>
  /** Not documented; a rule's impact is that of all its violations. */
  readonly _audit: { readonly rules: readonly { readonly id: string; readonly impact: string }[] }
}

/** Runs only the rules whose violations are returned: the others take most of the time. */
const runAxe = (page: Page, within: ElementHandle | null): Promise<AxeResults> =>
  page.evaluate((element) => {
    const minor = axe._audit.rules.filter(({ impact }) => impact === 'minor' || impact === 'moderate')
    const rules = Object.fromEntries(minor.map(({ id }) => [id, { enabled: false }]))
    return axe.run((element ?? document) as Element, { resultTypes: ['violations'], rules })
  }, within)

/**
 * @param within - checks this part of the page only; the whole page by default.
 * @returns serious and critical violations as text, after all animations. The content security policy does not block axe.
 */
export async function axeViolations(page: Page, within?: Locator): Promise<string[]> {
  await page.evaluate(waitForAnimations)
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(source)
  const { violations } = await runAxe(page, (await within?.elementHandle()) ?? null)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}
