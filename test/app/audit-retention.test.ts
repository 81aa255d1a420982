import { expect, it } from 'vitest'
import { auditPage } from '../../src/contract/audit.ts'
import { auditRecord, openRaw } from '../store/temporary-store.ts'
import { ADMIN_TOKEN, eventually, startApp } from '../support/apps/running-app.ts'
import { send } from '../support/clients/http-client.ts'

const DAY_MS = 86_400_000

it.each([
  [undefined, ['364 days old', '2 days old']],
  ['3', ['2 days old']],
  ['0', ['366 days old', '364 days old', '2 days old']],
])('rows of the audit older than LB_AUDIT_DAYS=%s are removed at the start', async (days, kept) => {
  const app = await startApp({ environment: days === undefined ? {} : { LB_AUDIT_DAYS: days } })
  const insert = openRaw(app.databasePath).prepare(
    `insert into audit (at, request_id, actor, action, object_type, object_id)
     values (@at, @request_id, @actor, @action, @object_type, @object_id)`,
  )
  for (const age of [366, 364, 2]) {
    const { before: _before, after: _after, ...row } = auditRecord(`${age} days old`)
    insert.run({ ...row, at: new Date(Date.now() - age * DAY_MS).toISOString() })
  }
  const url = await app.restart()
  await eventually(async () => {
    const { text } = await send(`${url}/admin/api/audit?limit=1000`, {
      headers: { 'x-admin-token': ADMIN_TOKEN },
    })
    const actions = auditPage.parse(JSON.parse(text)).map(({ action }) => action)
    expect(actions.filter((action) => action.endsWith('days old')).toReversed()).toEqual(kept)
  })
})
