/** Counts the components that React renders, by the hook that it offers to its developer tools, in production too. */
import type { Page } from 'playwright-core'

/** The used part of a node of React's tree. */
interface Fiber {
  readonly tag: number
  readonly flags: number
  readonly alternate: Fiber | null
  readonly child: Fiber | null
  readonly sibling: Fiber | null
}

type Counting = typeof globalThis & { rendered: number; __REACT_DEVTOOLS_GLOBAL_HOOK__: object }

/** To be called before the page is loaded. @returns reads how many components have been rendered until now. */
export async function countRenders(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const FUNCTIONS = [0, 11, 14, 15]
    const PERFORMED_WORK = 1
    const counting = globalThis as Counting
    counting.rendered = 0
    const visit = (first: Fiber | null): void => {
      for (let fiber = first; fiber !== null; fiber = fiber.sibling) {
        if (FUNCTIONS.includes(fiber.tag) && (fiber.flags & PERFORMED_WORK) !== 0) counting.rendered += 1
        // What was left as it was keeps its children, with the flags of their last change.
        if (fiber.child !== fiber.alternate?.child) visit(fiber.child)
      }
    }
    counting.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
      isDisabled: false,
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      checkDCE: () => undefined,
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
      onCommitFiberRoot: (_renderer: number, { current }: { readonly current: Fiber }) => visit(current),
    }
  })
  return () => page.evaluate(() => (globalThis as Counting).rendered)
}
