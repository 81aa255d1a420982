// Signed-out sessions in the store, kept until their last cookie has expired.
import type { Kysely } from 'kysely'
import type { StoreTables } from './schema.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** @param now - milliseconds since the epoch. */
export async function readEndedSessions(db: Kysely<StoreTables>, now: number): Promise<string[]> {
  const rows = await db.selectFrom('ended_sessions').select('id').where('until', '>', iso(now)).execute()
  return rows.map(({ id }) => id)
}

/** Also deletes expired rows. Both times are in milliseconds since the epoch. */
export async function addEndedSession(
  db: Kysely<StoreTables>,
  id: string,
  until: number,
  now: number,
): Promise<void> {
  await db.deleteFrom('ended_sessions').where('until', '<=', iso(now)).execute()
  const insert = db.insertInto('ended_sessions').values({ id, until: iso(until) })
  await insert.onConflict((conflict) => conflict.column('id').doUpdateSet({ until: iso(until) })).execute()
}
