/**
 * Opens pages in a real Chromium, one browser per worker. A test fails when its page loads a resource from another
 * origin, violates the content security policy or throws an error.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { launchChromium } from './chromium.ts'

let launched: Promise<Browser> | undefined

/** The browser of this worker; launched anew where the previous one has crashed. */
async function sharedBrowser(): Promise<Browser> {
  if (launched !== undefined && (await launched).isConnected()) return launched
  // Vitest ends a worker by SIGTERM. Playwright kills the browser when the process exits, which a signal alone does not run.
  if (launched === undefined) process.once('SIGTERM', () => process.exit())
  launched = launchChromium()
  return launched
}

export interface OpenOptions extends Omit<BrowserContextOptions, 'baseURL'> {
  /** Console errors that the test provokes, such as a refused request. */
  readonly expectedErrors?: RegExp
}

export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

function watch(context: BrowserContext, origin: string, expectedErrors: RegExp | undefined): string[] {
  const faults: string[] = []
  // The WebSocket origin of the page is allowed too.
  const allowed = [origin, origin.replace(/^http/, 'ws'), 'data:', 'blob:', 'about:']
  context.on('request', (request) => {
    if (!allowed.some((start) => request.url().startsWith(start))) faults.push(`loads ${request.url()}`)
  })
  context.on(
    'weberror',
    (error) => void faults.push(`throws ${error.error().stack ?? error.error().message}`),
  )
  context.on('console', (message) => {
    const text = message.text()
    // Chromium logs the 401 response to the session check of a page without a session.
    if (/status of 401/.test(text) && message.location().url.endsWith('/admin/api/session')) return
    const isViolation = /Content Security Policy|Trusted ?Type/i.test(text)
    if (isViolation || (message.type() === 'error' && !expectedErrors?.test(text)))
      faults.push(`logs ${text} (${message.location().url})`)
  })
  return faults
}

/**
 * @param url - the full URL of the page.
 * @returns a page in its own context, which is closed and checked for violations when the test is finished.
 */
export async function openPage(url: string, { expectedErrors, ...options }: OpenOptions = {}): Promise<Page> {
  const context = await openContext(url, { ...(expectedErrors && { expectedErrors }), ...options })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** Opens a context whose pages share a session. It is closed and checked when the test is finished. */
export async function openContext(
  url: string,
  { expectedErrors, ...options }: OpenOptions = {},
): Promise<BrowserContext> {
  const browser = await sharedBrowser()
  const context = await browser.newContext({
    viewport: DESKTOP,
    // The default locale comes from the machine and can be invalid in a browser, such as en-US@posix.
    locale: 'en-US',
    // Animations cost time and move what is to be clicked; tests of them ask for motion.
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(20_000)
  const faults = watch(context, new URL(url).origin, expectedErrors)
  onTestFinished(async () => {
    await context.close()
    expect(faults, 'what the page did against its policy').toEqual([])
  })
  return context
}
