// Measures how long admin actions on a large configuration hold up a stream of the balancer's.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { built, shippedOptions, start } from './processes.ts'

const ADMIN_TOKEN = 'bench-admin-token-0123456789'
const CALM_MS = 2_000
const TOKENS = 20_000
const AUDIT_ROWS = 300_000
const PAGES = 50

const folder = mkdtempSync(join(tmpdir(), 'silences-'))
const path = join(folder, 'load-balancer.db')
const stream = new Worker(new URL('./steady-stream.ts', import.meta.url))
const [upstreamPort] = (await once(stream, 'message')) as [number]
const daemon = await start(built('load-balancer.js'), [], /"url":"http:\/\/127\.0\.0\.1:(\d+)"/, {
  LB_HOST: '127.0.0.1',
  LB_PORT: '0',
  LB_DB_PATH: path,
  LB_ADMIN_TOKEN: ADMIN_TOKEN,
  LB_ADMIN_RATE_LIMIT_RPM: '1000000',
  LB_DRAIN_TIMEOUT_SECONDS: '0',
  NODE_OPTIONS: shippedOptions(),
})
const url = `http://127.0.0.1:${daemon.port}`
const headers = { 'x-admin-token': ADMIN_TOKEN }

/** @returns the status, once the body has been read. */
async function call(method: string, route: string, body?: object): Promise<number> {
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  const response = await fetch(`${url}/admin/api${route}`, init)
  await response.arrayBuffer()
  return response.status
}

async function longestDelayMs(): Promise<number> {
  stream.postMessage('read')
  const [ms] = (await once(stream, 'message')) as [number]
  return ms
}

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  await delay(CALM_MS)
  const calmMs = await longestDelayMs()
  const startMs = performance.now()
  await work()
  const seconds = (performance.now() - startMs) / 1000
  const ms = await longestDelayMs()
  console.log(
    `${name.padEnd(40)} ${ms.toFixed(0).padStart(5)} ms in ${seconds.toFixed(1)} s; calm before ${calmMs.toFixed(0)} ms`,
  )
}

/** Reads the events of a page to the end of the first live figures. */
async function openPage(): Promise<void> {
  const response = await fetch(`${url}/admin/api/events?changes=true`, { headers })
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? [])
    if (decoder.decode(chunk as Uint8Array, { stream: true }).includes('event: live')) return
}

function addAuditRows(): void {
  const database = new Database(path)
  database.exec(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${AUDIT_ROWS})
     insert into audit (at, request_id, actor, action, object_type, object_id, before, after)
     select '2026-01-01T00:00:00.000Z', 'r' || i, 'act', 'endpoint.update', 'endpoint', i, '{"name":"before"}',
       '{"name":"after"}' from n`,
  )
  database.close()
}

const items = Array.from(
  { length: TOKENS },
  (_, n) => `  - { name: token-${n}, incoming_block: Incoming 1 }\n`,
)
const yaml = `client_tokens:\n${items.join('')}`
const repeat = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work))

try {
  const base_url = `http://127.0.0.1:${upstreamPort}/v1`
  await call('POST', '/endpoints', { name: 'upstream', base_url, connected: true })
  stream.postMessage(daemon.port)
  await measure('nothing', () => delay(CALM_MS))
  addAuditRows()
  await measure(`audit search in ${AUDIT_ROWS} rows`, () => call('GET', '/audit?q=nowhere'))
  await measure('VACUUM', () => call('POST', '/db/vacuum'))
  await measure('10 MB of YAML', () => call('POST', '/config/diff', { yaml: '- a: 1\n'.repeat(1_400_000) }))
  await measure(`diff of ${TOKENS} client tokens`, () => call('POST', '/config/diff', { yaml }))
  await measure(`${TOKENS} client tokens applied`, () => call('POST', '/config/apply', { yaml }))
  await measure(`${PAGES} pages open`, () => repeat(PAGES, openPage))
  await measure('one client token more', () => call('POST', '/tokens', { name: 'one more' }))
  await measure('the configuration exported', () => call('GET', '/config'))
  await measure('/metrics 200 times', () => repeat(200, async () => (await fetch(`${url}/metrics`)).text()))
} finally {
  await daemon.stop()
  await stream.terminate()
  rmSync(folder, { recursive: true })
}
