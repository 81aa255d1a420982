/**
 * Opens pages in a real Chromium, one browser a test file, and holds each to its word: nothing is loaded from elsewhere,
 * the content security policy is kept, no script fails.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect, onTestFinished } from 'vitest'
import { launchChromium } from './chromium.ts'

let launched: Promise<Browser> | undefined

afterAll(async () => {
  await (await launched)?.close()
  launched = undefined
})

const browser = (): Promise<Browser> => (launched ??= launchChromium())

export interface OpenOptions extends Omit<BrowserContextOptions, 'baseURL'> {
  /** Console errors that the test provokes, such as a refused request. */
  readonly expectedErrors?: RegExp
}

export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

function watch(context: BrowserContext, origin: string, expectedErrors: RegExp | undefined): string[] {
  const faults: string[] = []
  // A page's own origin over ws is its own too.
  const own = [origin, origin.replace(/^http/, 'ws'), 'data:', 'blob:', 'about:']
  context.on('request', (request) => {
    if (!own.some((start) => request.url().startsWith(start))) faults.push(`loads ${request.url()}`)
  })
  context.on(
    'weberror',
    (error) => void faults.push(`throws ${error.error().stack ?? error.error().message}`),
  )
  context.on('console', (message) => {
    const text = message.text()
    // The browser's own word on the first question of a page that nobody has signed in to yet.
    if (/status of 401/.test(text) && message.location().url.endsWith('/admin/api/session')) return
    const isViolation = /Content Security Policy|Trusted ?Type/i.test(text)
    if (isViolation || (message.type() === 'error' && !expectedErrors?.test(text)))
      faults.push(`logs ${text} (${message.location().url})`)
  })
  return faults
}

/**
 * @param url - where the page is; with `path` in it.
 * @returns a page in a context of its own, closed and judged when the test is over.
 */
export async function openPage(url: string, { expectedErrors, ...options }: OpenOptions = {}): Promise<Page> {
  const context = await openContext(url, { ...(expectedErrors && { expectedErrors }), ...options })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** A context for several tabs of one person, who share a session. */
export async function openContext(
  url: string,
  { expectedErrors, ...options }: OpenOptions = {},
): Promise<BrowserContext> {
  const context = await (
    await browser()
  ).newContext({
    viewport: DESKTOP,
    // Without one Chromium names a language after the machine's, such as en-US@posix, that no browser of a person has.
    locale: 'en-US',
    reducedMotion: 'no-preference',
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
