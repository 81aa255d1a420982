/** Starts the Chromium of the development dependencies, which npm installs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

// The default arguments of the package are for cloud functions. These prevent requests to Google services, and the
// compilation of optimised code, which costs more processor time than it saves on pages that live for seconds.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Public names that lead here, as by DNS rebinding.
  '--host-resolver-rules=MAP *.example 127.0.0.1',
  '--js-flags=--no-opt --no-maglev',
]

function hasNss(): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes('libnss3.so')
  } catch {
    return false
  }
}

/** Launches a browser with its own temporary folder. It ends when the caller closes it or this process exits. */
export async function launchChromium(): Promise<Browser> {
  // Must be set before the package is loaded, which then extracts the libraries that the machine lacks.
  if (!hasNss()) process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs22.x'
  const folder = mkdtempSync(join(tmpdir(), 'lb-chromium-'))
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const { default: packaged } = await import('@sparticuz/chromium')
  const browser = await chromium.launch({
    executablePath: await packaged.executablePath(),
    headless: true,
    args: ARGUMENTS,
    env: { ...process.env, TMPDIR: folder },
    handleSIGTERM: false,
  })
  browser.on('disconnected', removeFolder)
  process.on('exit', removeFolder)
  return browser
}
