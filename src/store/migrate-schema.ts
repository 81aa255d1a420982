// Migrates a database to the schema of this release by numbered migrations.
import type { Kysely } from 'kysely'
import { createTables } from './migrations/0001-0009/0001-create-tables.ts'
import { addGuaranteesAndHealthChecks } from './migrations/0001-0009/0002-add-guarantees-and-health-checks.ts'
import { createEndedSessions } from './migrations/0001-0009/0003-create-ended-sessions.ts'
import { addFirstByteTimeouts } from './migrations/0001-0009/0004-add-first-byte-timeouts.ts'
import { indexAudit } from './migrations/0001-0009/0005-index-audit.ts'
import { addRetryOnTimeout } from './migrations/0001-0009/0006-add-retry-on-timeout.ts'
import { addModels } from './migrations/0001-0009/0007-add-models.ts'
import { addModelNames } from './migrations/0001-0009/0008-add-model-names.ts'
import { addTokenDetails } from './migrations/0001-0009/0009-add-token-details.ts'
import { addAuthStyle } from './migrations/0010-0019/0010-add-auth-style.ts'
import { addApis } from './migrations/0010-0019/0011-add-apis.ts'
import { createObjectPins } from './migrations/0010-0019/0012-create-object-pins.ts'
import { addPlacement } from './migrations/0010-0019/0013-add-placement.ts'
import { addGroup } from './migrations/0010-0019/0014-add-group.ts'
import { createHistory } from './migrations/0010-0019/0015-create-history.ts'
import { createCanvasNotes } from './migrations/0010-0019/0016-create-canvas-notes.ts'
import { addHistoryTimes } from './migrations/0010-0019/0017-add-history-times.ts'
import type { StoreTables } from './tables/schema.ts'
import { storeError } from './store-error.ts'

// Append only: a migration's number is its index here plus 1.
const migrations: readonly ((db: Kysely<unknown>) => Promise<void>)[] = [
  createTables,
  addGuaranteesAndHealthChecks,
  createEndedSessions,
  addFirstByteTimeouts,
  indexAudit,
  addRetryOnTimeout,
  addModels,
  addModelNames,
  addTokenDetails,
  addAuthStyle,
  addApis,
  createObjectPins,
  addPlacement,
  addGroup,
  createHistory,
  createCanvasNotes,
  addHistoryTimes,
]

/**
 * Each migration is one transaction, so the next start continues after a crash between two.
 * @param path - names the database in the store error that is thrown if a newer release has written it.
 */
export async function migrateSchema(
  db: Kysely<StoreTables>,
  path: string,
  nowIso: () => string,
): Promise<void> {
  await db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .execute()
  const { current } = await db
    .selectFrom('schema_version')
    .select(({ fn }) => fn.max<number | null>('version').as('current'))
    .executeTakeFirstOrThrow()
  const applied = current ?? 0
  if (applied > migrations.length) {
    throw storeError(
      `database ${path} was written by a newer release (schema ${applied}, this one knows ${migrations.length})`,
    )
  }
  for (const [index, migrate] of migrations.entries()) {
    const version = index + 1
    if (version <= applied) continue
    await db.transaction().execute(async (tx) => {
      await migrate(tx as unknown as Kysely<unknown>)
      await tx.insertInto('schema_version').values({ version, applied_at: nowIso() }).execute()
    })
  }
}
