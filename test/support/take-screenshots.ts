/** Takes the pictures of the README: the built pages, before the demo under load, in both themes. `npm run screenshots`. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { defaultScenario, type Scenario } from '../../src/load-engine/model/scenario.ts'
import { makeProfile } from '../../src/load-engine/model/profile.ts'
import { launchChromium } from '../public/support/chromium.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const images = join(project, '.github/images')
const VIEWPORT = { width: 1440, height: 900 }
const WEBP_QUALITY = 84
// Charts and averages need something to show.
const LOAD_MS = 45_000
const DEADLINE_MS = 30_000

interface Demo {
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

async function startDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'lb-pictures-'))
  const databasePath = join(folder, 'load_balancer.db')
  const child = spawn(process.execPath, [join(project, 'dist/load-balancer.js'), '--demo'], {
    env: { ...process.env, LB_HOST: '127.0.0.1', LB_PORT: '0', LB_DB_PATH: databasePath },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    void ended.then(() => reject(new Error('the demo ended')))
    createInterface(child.stdout).on('line', (line) => {
      const [, found] = /"url":"([^"]+)"/.exec(line) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  return {
    url,
    token: readFileSync(join(folder, 'demo.db.admin-token'), 'utf8').trim(),
    async close() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Draws an example: two groups of clients, a guarantee, and a backend that is down. */
async function draw({ url, token }: Demo): Promise<string[]> {
  const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(`${url}/admin/api${path}`, {
      method,
      headers: { 'x-admin-token': token },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Body
  }
  await call('PATCH', '/incoming-blocks/1', { name: 'Live' })
  const batch = await call<{ id: number }>('POST', '/incoming-blocks', { name: 'Batch' })
  await call('DELETE', `/wires/${batch.id}/1`)
  const spare = await call<{ id: number }>('POST', '/endpoints', {
    name: 'sim-spare',
    // No process listens on this port.
    base_url: 'http://127.0.0.1:9/v1',
    health_check_path: '/health',
    health_check_interval_seconds: 1,
  })
  await call('PUT', `/wires/1/${spare.id}`)
  const clients: { name: string; incoming_block_id: number; guaranteed_share_percent?: number }[] = [
    { name: 'web-chat', incoming_block_id: 1, guaranteed_share_percent: 30 },
    { name: 'mobile-app', incoming_block_id: 1 },
    { name: 'nightly-summaries', incoming_block_id: batch.id },
    { name: 'evaluations', incoming_block_id: batch.id },
  ]
  const tokens: string[] = []
  for (const client of clients) tokens.push((await call<{ token: string }>('POST', '/tokens', client)).token)
  const column = (ids: readonly number[], posX: number, posYs: readonly number[]) =>
    ids.map((id, index) => ({ id, pos_x: posX, pos_y: posYs[index] }))
  await call('PATCH', '/positions', {
    client_tokens: column([1, 2, 3, 4], 0, [104, 184, 440, 520]),
    incoming_blocks: column([1, batch.id], 288, [124, 460]),
    endpoints: column([1, 2, 3, spare.id], 736, [0, 184, 368, 552]),
  })
  return tokens
}

/** Keeps some streams open for each client. @returns a function that ends them. */
function sendTraffic(url: string, tokens: readonly string[]): () => Promise<void> {
  const stop = new AbortController()
  const keepAsking = async (token: string): Promise<void> => {
    while (!stop.signal.aborted) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'demo-model',
          stream: true,
          max_tokens: 96,
          messages: [{ role: 'user', content: 'What did the balancer say to the backend?' }],
        }),
        signal: stop.signal,
      })
      await response.text()
    }
  }
  const loops = tokens.flatMap((token, index) =>
    Array.from({ length: 4 - index }, () => keepAsking(token).catch(() => undefined)),
  )
  return async () => {
    stop.abort()
    await Promise.all(loops)
  }
}

const cards = (url: string): Scenario[] => [
  {
    ...defaultScenario,
    name: 'chat at noon',
    url: `${url}/v1`,
    model: 'demo-model',
    requests: 600,
    maxParallel: 64,
    arrival: { kind: 'poisson', ratePerS: 6 },
    slo: { ttftMs: 400, tpotMs: 50, e2eMs: null, goalPercent: 90 },
  },
  {
    ...defaultScenario,
    name: 'nightly batch',
    url: `${url}/v1`,
    model: 'demo-model',
    requests: 2_000,
    maxParallel: 8,
    batchMarker: 'night',
    stream: false,
  },
]

/** Removes focus and hover, and waits for fonts and animations. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(720, 4)
  await page.evaluate('document.activeElement?.blur()')
  await page.evaluate('document.fonts.ready')
  await delay(1_500)
}

async function take(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await settle(page)
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: WEBP_QUALITY })
    const bytes = Buffer.from(data, 'base64')
    writeFileSync(join(images, `${name}-${theme}.webp`), bytes)
    process.stdout.write(`${name}-${theme}.webp: ${Math.round(bytes.length / 1024)} KiB\n`)
  }
}

async function signIn(browser: Browser, { url, token }: Demo): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: 'en-US', colorScheme: 'dark' })
  context.setDefaultTimeout(DEADLINE_MS)
  const admin = await context.newPage()
  await admin.goto(`${url}/admin`)
  await admin.getByLabel('Admin token').fill(token)
  await admin.getByRole('button', { name: 'Sign in' }).click()
  await admin.getByRole('group', { name: 'Endpoint sim-fast', exact: true }).waitFor()
  return admin
}

async function runCards(producer: Page, url: string): Promise<void> {
  await producer.goto(`${url}/load-producer/`)
  await producer.getByLabel('File to import').setInputFiles({
    name: 'profile.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(makeProfile('noon and night', cards(url)))),
  })
  await producer.getByRole('article', { name: 'Card nightly batch', exact: true }).waitFor()
  await producer.keyboard.press('s')
  await delay(LOAD_MS)
  // The page warns of a busy machine, and the picture should not show this.
  const warning = producer.getByText(/scheduler is .* late/)
  await warning.waitFor({ state: 'hidden' }).catch(() => process.stderr.write('this machine is too busy\n'))
}

mkdirSync(images, { recursive: true })
const demo = await startDemo()
const browser = await launchChromium()
try {
  const tokens = await draw(demo)
  const admin = await signIn(browser, demo)
  const producer = await admin.context().newPage()
  await runCards(producer, demo.url)
  await take(producer, 'load-producer')
  await producer.close({ runBeforeUnload: false })
  await admin.bringToFront()
  const stopTraffic = sendTraffic(demo.url, tokens)
  await delay(LOAD_MS)
  await admin.keyboard.press('1')
  await admin.getByRole('group', { name: 'Endpoint sim-fast', exact: true }).click()
  await take(admin, 'canvas')
  await stopTraffic()
} finally {
  await browser.close()
  await demo.close()
}
