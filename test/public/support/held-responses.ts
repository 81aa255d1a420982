/** Holds the responses of the server back, so that a test can act while the page is waiting. */
import type { Page } from 'playwright-core'

interface HeldResponses {
  /** Resolves once the page has sent such a request. */
  readonly requested: Promise<void>
  release(): void
}

/** @param url - as `page.route` takes it. Requests reach the server after the release. */
export async function holdResponses(page: Page, url: string): Promise<HeldResponses> {
  const requested = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await page.route(url, async (route) => {
    requested.resolve()
    await released.promise
    await route.continue()
  })
  return { requested: requested.promise, release: released.resolve }
}
