import { describe, expect, it, onTestFinished } from 'vitest'
import { createQueryBuilder } from '../../../src/store/sqlite/query-builder.ts'
import { configureDatabase, openFile } from '../../../src/store/sqlite/sqlite.ts'
import { migrateSchema } from '../../../src/store/migrate-schema.ts'
import { temporaryPath } from '../temporary-store.ts'

const nowIso = (): string => '2026-01-01T00:00:00.000Z'

function openConfigured() {
  const path = temporaryPath()
  const database = openFile(path)
  onTestFinished(() => void database.close())
  configureDatabase(database)
  return { database, path }
}

describe('a connection', () => {
  it('is configured for durability, integrity and secure deletion', () => {
    const { database } = openConfigured()
    const setting = (name: string): unknown => database.pragma(name, { simple: true })
    expect(setting('journal_mode')).toBe('wal')
    expect(setting('synchronous')).toBe(2)
    expect(setting('foreign_keys')).toBe(1)
    expect(setting('secure_delete')).toBe(1)
    expect(setting('busy_timeout')).toBe(3000)
    expect(setting('journal_size_limit')).toBeGreaterThan(0)
    expect(setting('mmap_size')).toBeGreaterThan(0)
  })

  it('reports a full disk, although SQLite has rolled back by itself', async () => {
    const { database, path } = openConfigured()
    const db = createQueryBuilder(database)
    await migrateSchema(db, path, nowIso)
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages}`)
    const fill = db.transaction().execute((tx) =>
      tx
        .insertInto('settings')
        .values({ key: 'big', value: 'x'.repeat(1_000_000) })
        .execute(),
    )
    await expect(fill).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await db.insertInto('settings').values({ key: 'small', value: 'x' }).execute()
    expect(await db.selectFrom('settings').select('key').execute()).toEqual([{ key: 'small' }])
  })
})
