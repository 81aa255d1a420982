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

/** `grave`: the serious and critical rules. `every`: all rules. `colours`: only those that a theme can break. */
export type AxeRules = 'grave' | 'every' | 'colours'

/** Runs only the rules whose violations are returned: the others take most of the time. */
const runAxe = (page: Page, within: ElementHandle | null, rules: AxeRules): Promise<AxeResults> =>
  page.evaluate(
    ([element, which]) => {
      const isLeftOut = ({ id, impact }: { readonly id: string; readonly impact: string }): boolean => {
        if (which === 'colours') return id !== 'color-contrast'
        return which === 'grave' && (impact === 'minor' || impact === 'moderate')
      }
      const leftOut = axe._audit.rules.filter(isLeftOut)
      const disabled = Object.fromEntries(leftOut.map(({ id }) => [id, { enabled: false }]))
      return axe.run((element ?? document) as Element, { resultTypes: ['violations'], rules: disabled })
    },
    [within, rules] as const,
  )

/**
 * @param within - checks this part of the page only; the whole page by default.
 * @returns violations as text, after all animations. The content security policy does not block axe.
 */
export async function axeViolations(
  page: Page,
  within?: Locator,
  rules: AxeRules = 'grave',
): Promise<string[]> {
  await page.evaluate(waitForAnimations)
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(source)
  const { violations } = await runAxe(page, (await within?.elementHandle()) ?? null, rules)
  return violations
    .filter(({ impact }) => rules === 'every' || impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}
