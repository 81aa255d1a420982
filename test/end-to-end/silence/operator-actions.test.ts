// What an operator does to a large configuration takes no long turn of the event loop, on which the streams depend.
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openRaw, temporaryPath } from '../../store/temporary-store.ts'
import {
  ADMIN_TOKEN,
  builtEntry,
  callAdmin,
  SLOW_MS,
  startDaemon,
  waitFor,
  type Daemon,
} from '../../support/daemon-process.ts'
import { effort, isFull } from '../../support/effort.ts'

const TOKENS = effort(20_000, 1_000)
const AUDIT_ROWS = effort(300_000, 20_000)
const PAGES = 50
// Three times the 50 ms that the product promises: other work on the machine lengthens processor time by its use of caches.
const MAX_TURN_MS = 150

const meter = fileURLToPath(new URL('report-turns.ts', import.meta.url))

/** @returns the longest turn since it was last asked, in milliseconds of processor time. */
async function longestTurnMs(daemon: Daemon): Promise<number> {
  const lines = () => daemon.stderr().split('\n').slice(0, -1)
  const before = lines().length
  daemon.kill('SIGCONT')
  return Number(await waitFor('the longest turn', () => lines()[before]))
}

function addAuditRows(path: string): void {
  openRaw(path).exec(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${AUDIT_ROWS})
     insert into audit (at, request_id, actor, action, object_type, object_id, before, after)
     select '2026-01-01T00:00:00.000Z', 'r' || i, 'a', 'endpoint.update', 'endpoint', i, '{"name":"b"}', '{"name":"a"}' from n`,
  )
}

/** Reads the events of a page to its first live figures. */
async function openPage({ url }: Daemon): Promise<void> {
  const response = await fetch(`${url}/admin/api/events?changes=true`, {
    headers: { 'x-admin-token': ADMIN_TOKEN },
  })
  const decoder = new TextDecoder()
  let last = ''
  for await (const chunk of response.body ?? []) {
    last = last.slice(-20) + decoder.decode(chunk as Uint8Array, { stream: true })
    if (last.includes('event: live')) return
  }
}

const repeat = (count: number, work: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, work))

it.runIf(isFull)(
  'no action of an operator on a large configuration, no file and no page takes a long turn of the event loop',
  async () => {
    const path = temporaryPath()
    const daemon = await startDaemon({
      command: [process.execPath, '--import', meter, builtEntry('load-balancer')],
      environment: { LB_DB_PATH: path, LB_ADMIN_RATE_LIMIT_RPM: '1000000', LB_AUDIT_DAYS: '0' },
    })
    const call = (method: string, route: string, body?: object, status = 200) =>
      callAdmin<unknown>(daemon, method, route, { ...(body && { body }), status })
    const items = Array.from(
      { length: TOKENS },
      (_, n) => `  - { name: token-${n}, incoming_block: Incoming 1 }\n`,
    )
    const yaml = `client_tokens:\n${items.join('')}`
    addAuditRows(path)
    const actions: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['search of the audit log', () => call('GET', '/audit?q=nowhere')],
      ['VACUUM', () => call('POST', '/db/vacuum')],
      ['a file of 10 MB', () => call('POST', '/config/diff', { yaml: '- a: 1\n'.repeat(1_400_000) }, 413)],
      ['a file of many keys', () => call('POST', '/config/diff', { yaml: '- a: 1\n'.repeat(280_000) }, 422)],
      ['comparison with a file', () => call('POST', '/config/diff', { yaml })],
      ['application of a file', () => call('POST', '/config/apply', { yaml })],
      ['pages that connect', () => repeat(PAGES, () => openPage(daemon))],
      ['one client token more', () => call('POST', '/tokens', { name: 'one more' })],
      [
        'export',
        async () =>
          (
            await fetch(`${daemon.url}/admin/api/config`, { headers: { 'x-admin-token': ADMIN_TOKEN } })
          ).text(),
      ],
      ['metrics', () => repeat(200, async () => (await fetch(`${daemon.url}/metrics`)).text())],
    ]
    const turns: [string, number][] = []
    for (const [name, work] of actions) {
      await longestTurnMs(daemon)
      await work()
      turns.push([name, await longestTurnMs(daemon)])
    }
    expect(turns.filter(([, ms]) => ms > MAX_TURN_MS)).toEqual([])
  },
  2 * SLOW_MS,
)
