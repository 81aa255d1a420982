/**
 * Opens pages in a real Chromium, one browser per worker. A test fails when its page loads a resource from another
 * origin, violates the content security policy or throws an error.
 */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  ConsoleMessage,
  Page,
  Request,
  WebError,
} from 'playwright-core'
import { expect } from 'vitest'
import { onEnd } from '../../support/lifetime.ts'
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
  /** Console errors that the test provokes, such as a refused request; each has its URL in parentheses at its end. */
  readonly expectedErrors?: RegExp
}

export const DESKTOP = { width: 1440, height: 900 }
export const TABLET = { width: 1024, height: 768 }
export const PHONE = { width: 390, height: 844 }

/** A page may read the models of an endpoint while it is deleted: it closes its panel when it learns of that. */
const BENIGN = /status of 404.*\/endpoints\/\d+\/models/

/** Collects what the pages do against their policy, until it is told to stop. */
function watch(context: BrowserContext, origin: string, expectedErrors: RegExp | undefined) {
  const faults: string[] = []
  // The WebSocket origin of the page is allowed too.
  const allowed = [origin, origin.replace(/^http/, 'ws'), 'data:', 'blob:', 'about:']
  const onRequest = (request: Request): void => {
    if (!allowed.some((start) => request.url().startsWith(start))) faults.push(`loads ${request.url()}`)
  }
  const onError = (error: WebError): void =>
    void faults.push(`throws ${error.error().stack ?? error.error().message}`)
  const onConsole = (message: ConsoleMessage): void => {
    const text = message.text()
    // Chromium logs the 401 response to the session check of a page without a session.
    if (/status of 401/.test(text) && message.location().url.endsWith('/admin/api/session')) return
    const isViolation = /Content Security Policy|Trusted ?Type/i.test(text)
    const logged = `${text} (${message.location().url})`
    const isExpected = BENIGN.test(logged) || expectedErrors?.test(logged) === true
    if (isViolation || (message.type() === 'error' && !isExpected)) faults.push(`logs ${logged}`)
  }
  context.on('request', onRequest).on('weberror', onError).on('console', onConsole)
  const stop = (): void =>
    void context.off('request', onRequest).off('weberror', onError).off('console', onConsole)
  return { faults, stop }
}

/** Contexts that no test uses, by their options. Each has one blank page, whose process keeps the compiled scripts. */
const idle = new Map<string, BrowserContext[]>()
/** Of the same options: one for the page that the tests of a file share, one for a test's own. */
const MOST_IDLE = 2

/** Removes all that the test has left in the context, and makes its first page blank. @returns whether that succeeded. */
async function reset(
  context: BrowserContext,
  origin: string,
  { viewport, colorScheme, reducedMotion }: OpenOptions,
): Promise<boolean> {
  const [page, ...others] = context.pages()
  if (page === undefined) return false
  for (const other of others) await other.close()
  // A page behind another one gets no frames.
  await page.bringToFront()
  await page.unrouteAll()
  await context.unrouteAll()
  await page.evaluate(() => sessionStorage.clear())
  await page.goto('about:blank')
  await page.setViewportSize(viewport ?? DESKTOP)
  await page.emulateMedia({ colorScheme: colorScheme ?? 'light', reducedMotion: reducedMotion ?? 'reduce' })
  await context.clearCookies()
  const browser = await context.newCDPSession(page)
  await browser.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage,indexeddb' })
  await browser.send('Page.resetNavigationHistory')
  await browser.detach()
  return true
}

/**
 * @param url - the full URL of the page.
 * @returns a page whose context is reset and checked for violations when the test is finished.
 */
export async function openPage(url: string, options: OpenOptions = {}): Promise<Page> {
  const page = await newPage(await openContext(url, options))
  await page.goto(url)
  return page
}

/** @returns the blank page of a context that was just opened. */
export const newPage = async (context: BrowserContext): Promise<Page> =>
  context.pages()[0] ?? (await context.newPage())

/** Opens a context whose pages share a session. It is reset and checked when the test is finished. */
export async function openContext(
  url: string,
  { expectedErrors, ...given }: OpenOptions = {},
): Promise<BrowserContext> {
  const options = {
    viewport: DESKTOP,
    // The default locale comes from the machine and can be invalid in a browser, such as en-US@posix.
    locale: 'en-US',
    // Animations cost time and move what is to be clicked; tests of them ask for motion.
    reducedMotion: 'reduce',
    ...given,
  } as const
  const browser = await sharedBrowser()
  const key = JSON.stringify(options)
  const alike = idle.get(key) ?? []
  idle.set(key, alike)
  const kept = alike.pop()
  const context = kept?.browser()?.isConnected() ? kept : await browser.newContext(options)
  // Just below the limit of a test, for a busy machine.
  context.setDefaultTimeout(50_000)
  const { origin } = new URL(url)
  const { faults, stop } = watch(context, origin, expectedErrors)
  onEnd(async () => {
    const isReset = alike.length < MOST_IDLE && (await reset(context, origin, options).catch(() => false))
    if (isReset) alike.push(context)
    else await context.close()
    stop()
    expect(faults, 'what the page did against its policy').toEqual([])
  })
  return context
}
