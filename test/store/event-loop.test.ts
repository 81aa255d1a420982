// The event loop goes on while SQLite works.
import { expect, it } from 'vitest'
import { FINE_STEP_S, type HistorySample } from '../../src/core/history/history-sample.ts'
import type { Store } from '../../src/store/store.ts'
import { shared } from '../support/lifetime.ts'
import { longestTurnShare } from '../support/turns-during.ts'
import { openRaw, temporaryPath, temporaryStore, tokenValues } from './temporary-store.ts'

const AUDIT_ROWS = 60_000
const TOKENS = 2_000
const HISTORY_STEPS = 1_000
const OBJECTS = 200

const largeStore = shared(async () => {
  const path = temporaryPath()
  const store = await temporaryStore(path)
  openRaw(path).exec(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${AUDIT_ROWS})
     insert into audit (at, request_id, actor, action, object_type, object_id, before, after)
     select '2026-01-01T00:00:00.000Z', 'r' || i, 'a', 'endpoint.update', 'endpoint', i, '{"name":"b"}', '{"name":"a"}' from n`,
  )
  openRaw(path).exec(
    `with recursive step (i) as (select 1 union all select i + 1 from step where i < ${HISTORY_STEPS}),
       object (id) as (select 1 union all select id + 1 from object where id < ${OBJECTS})
     insert into history (step_s, at, kind, object_id, requests, failures, tokens, first_tokens, first_token_ms, inflight, waiting)
     select ${FINE_STEP_S}, step.i * ${FINE_STEP_S}, 1, object.id, 1, 0, 1, 1, 1, 1, 0 from step, object`,
  )
  return store
})

// Far more than at once in fact: the thread's part must exceed that of handing them over.
const samples = Array.from({ length: 100 * OBJECTS }, (_, index): HistorySample => ({
  ...{ atS: (HISTORY_STEPS + 1) * FINE_STEP_S, kind: 'endpoint', id: index + 1 },
  ...{ requests: 1, failures: 0, tokens: 1, firstTokens: 1, firstTokenMs: 1, inflight: 1, waiting: 0 },
  ...{ firstTokenTimes: null, durationTimes: null },
}))
const wholeHistory = {
  fromS: 0,
  toS: (HISTORY_STEPS + 2) * FINE_STEP_S,
  stepS: FINE_STEP_S,
  rowStepS: FINE_STEP_S,
}

it.each<[string, (store: Store) => Promise<unknown>]>([
  ['searches the audit log', (opened) => opened.readAudit({ limit: 100, q: 'nowhere' })],
  ['writes the history', (opened) => opened.writeHistory(samples)],
  ['reads the history', (opened) => opened.readHistory(wholeHistory, { kind: 'endpoint', id: 1 })],
  ['trims the history', (opened) => opened.trimHistory(Date.parse('2026-02-01T00:00:00.000Z'))],
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
  expect(await longestTurnShare(() => work(store))).toBeLessThan(0.5)
})
