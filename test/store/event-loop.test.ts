// The event loop goes on while SQLite works.
import { expect, it } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { shared } from '../support/lifetime.ts'
import { turnsDuring } from '../support/turns-during.ts'
import { openRaw, temporaryPath, temporaryStore, tokenValues } from './temporary-store.ts'

const AUDIT_ROWS = 60_000
const TOKENS = 2_000

const largeStore = shared(async () => {
  const path = temporaryPath()
  const store = await temporaryStore(path)
  openRaw(path).exec(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${AUDIT_ROWS})
     insert into audit (at, request_id, actor, action, object_type, object_id, before, after)
     select '2026-01-01T00:00:00.000Z', 'r' || i, 'a', 'endpoint.update', 'endpoint', i, '{"name":"b"}', '{"name":"a"}' from n`,
  )
  return store
})

it.each<[string, (store: Store) => Promise<unknown>]>([
  ['searches the audit log', (opened) => opened.readAudit({ limit: 100, q: 'nowhere' })],
  ['vacuums the database', (opened) => opened.vacuum()],
  ['trims the audit log', (opened) => opened.trimAudit(Date.parse('2026-02-01T00:00:00.000Z'))],
  [
    'makes a large change',
    (opened) =>
      opened.transaction(async (tx) => {
        for (let n = 0; n < TOKENS; n += 1) await tx.tokens.insert(tokenValues(`t${n}`))
      }),
  ],
])('while SQLite %s, other work goes on', async (_what, work) => {
  const store = await largeStore()
  expect(await turnsDuring(() => work(store))).toBeGreaterThan(50)
})
