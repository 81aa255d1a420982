/** Finds accessibility violations with axe. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'

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

declare const axe: { run(within: Element | Document, options: object): Promise<AxeResults> }

/**
 * @param within - checks this part of the page only; the whole page by default.
 * @returns serious and critical violations as text, after all animations. The content security policy does not block axe.
 */
export async function axeViolations(page: Page, within?: Locator): Promise<string[]> {
  await page.evaluate(waitForAnimations)
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(source)
  const { violations } = await page.evaluate(
    (element) => axe.run(element ?? document, { resultTypes: ['violations'] }),
    (await within?.elementHandle()) ?? null,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}
