import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Kysely } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { isStoreError } from '../../src/store/store-error.ts'
import { createTables } from '../../src/store/migrations/0001-0009/0001-create-tables.ts'
import { createQueryBuilder } from '../../src/store/sqlite/query-builder.ts'
import {
  endpointValues,
  openRaw,
  temporaryFolder,
  temporaryPath,
  temporaryStore,
  tokenValues,
} from './temporary-store.ts'

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

async function refusal(path: string): Promise<string> {
  try {
    await temporaryStore(path)
  } catch (error) {
    if (!isStoreError(error)) throw error
    expect(error.message).not.toContain('\n')
    expect(error.message).toContain(path)
    return error.message
  }
  throw new Error('was not refused')
}

/** Another process on the database. @returns it with its one line of output. */
async function holdElsewhere(path: string, name: string): Promise<{ child: ChildProcess; line: string }> {
  const script = new URL('./hold-store.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, path, name], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, line }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

describe('the database file', () => {
  it('is created with its folder and readable by its owner only', async () => {
    const path = join(temporaryFolder(), 'some', 'folder', 'load_balancer.db')
    const store = await temporaryStore(path)
    await store.transaction((tx) => tx.endpoints.insert(endpointValues('a')))
    const files = readdirSync(dirname(path)).map((name) => [name, mode(join(dirname(path), name))])
    expect(files).toEqual([
      ['load_balancer.db', '600'],
      ['load_balancer.db-shm', '600'],
      ['load_balancer.db-wal', '600'],
      ['load_balancer.db.lock', '600'],
    ])
  })

  it('is made readable by its owner only', async () => {
    const path = temporaryPath()
    await (await temporaryStore(path)).close()
    chmodSync(path, 0o644)
    await temporaryStore(path)
    expect(mode(path)).toBe('600')
  })

  it('is a database in WAL mode that carries the schema version', async () => {
    const path = temporaryPath()
    await temporaryStore(path)
    const raw = openRaw(path)
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(raw.prepare('select version from schema_version').pluck().all()).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    ])
  })

  it('of the first schema is migrated with its contents', async () => {
    const path = temporaryPath()
    const raw = openRaw(path)
    const at = '2026-01-01T00:00:00.000Z'
    await createTables(createQueryBuilder(raw) as unknown as Kysely<unknown>)
    raw.exec('create table schema_version (version integer primary key, applied_at text not null)')
    raw.prepare('insert into schema_version values (1, ?)').run(at)
    const insert = (table: string, row: object): void => {
      const columns = Object.keys(row)
      raw
        .prepare(
          `insert into ${table} (${columns.join()}) values (${columns.map((name) => `@${name}`).join()})`,
        )
        .run(row)
    }
    const shared = { pos_x: 1, pos_y: 2, created_at: at, updated_at: at }
    insert('incoming_blocks', { ...shared, name: 'Mine' })
    insert('endpoints', {
      ...shared,
      name: 'a',
      base_url: 'http://127.0.0.1:9/v1',
      api_key: 'sk-secret',
      timeout_seconds: 7,
      verify_tls: 1,
      enabled: 1,
      token_quota_percent: 25,
      priority_order: 3,
      max_concurrent: 4,
      request_stream_usage: 1,
    })
    insert('client_tokens', {
      ...shared,
      name: 't',
      digest: 'digest of t',
      preview: 'ct-a...wxyz',
      incoming_block_id: 1,
      request_priority: 0,
      min_traffic_percent: 12,
    })
    raw.close()

    const { blocks, endpoints, tokens } = await (await temporaryStore(path)).readConfiguration()
    expect(blocks.map(({ name }) => name)).toEqual(['Mine'])
    const stamps = { id: 1, posX: 1, posY: 2, createdAt: at, updatedAt: at }
    expect(endpoints).toEqual([
      {
        ...endpointValues('a', {
          apiKey: 'sk-secret',
          timeoutS: 7,
          quotaPercent: 25,
          priorityOrder: 3,
          maxConcurrent: 4,
          healthCheckPath: null,
          healthCheckIntervalS: 10,
          healthCheckTimeoutS: 3,
        }),
        ...stamps,
      },
    ])
    expect(tokens).toEqual([
      { ...tokenValues('t', { minTrafficPercent: 12, guaranteedSharePercent: 0 }), ...stamps },
    ])
  })

  it('may be empty', async () => {
    const path = temporaryPath()
    writeFileSync(path, '')
    expect((await (await temporaryStore(path)).readConfiguration()).blocks).toHaveLength(1)
  })

  it('is seeded once', async () => {
    const path = temporaryPath()
    const first = await temporaryStore(path)
    await first.transaction((tx) => tx.blocks.update(1, { name: 'Mine' }))
    await first.close()
    const { blocks } = await (await temporaryStore(path)).readConfiguration()
    expect(blocks.map(({ name }) => name)).toEqual(['Mine'])
  })
})

describe('refuses in one line, and leaves alone,', () => {
  it('a database of a newer release', async () => {
    const path = temporaryPath()
    await (await temporaryStore(path)).close()
    openRaw(path).prepare("insert into schema_version values (18, '2030-01-01T00:00:00.000Z')").run()
    expect(await refusal(path)).toContain('newer release (schema 18, this one knows 17)')
    expect(await refusal(path)).toContain('newer release')
  })

  it('a file that is not SQLite', async () => {
    const path = temporaryPath()
    writeFileSync(path, 'plain text '.repeat(1000))
    expect(await refusal(path)).toContain('not an SQLite file')
  })

  it("another program's database", async () => {
    const path = temporaryPath()
    openRaw(path).exec('create table birds (name text)')
    expect(await refusal(path)).toContain('belongs to another program')
  })

  it('a path that is a folder, or lies under a file', async () => {
    const path = temporaryPath()
    mkdirSync(path)
    expect(await refusal(path)).toContain('cannot be opened')
    const file = temporaryPath()
    writeFileSync(file, '')
    expect(await refusal(join(file, 'load_balancer.db'))).toContain('cannot be opened')
  })
})

describe('one process per database', () => {
  it('refuses a second opener, by another path too, until the first has closed', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const link = join(temporaryFolder(), 'link.db')
    symlinkSync(path, link)
    expect(await refusal(path)).toBe(`database ${path} is in use by another process`)
    await expect(openStore({ path: link })).rejects.toThrow('in use by another process')
    // The refused openers in this process must not have loosened the lock for others.
    const other = await holdElsewhere(path, 'other')
    expect(other.line).toBe(`refused: database ${path} is in use by another process`)
    await store.close()
    await temporaryStore(path)
  })

  it('is locked against other processes and freed by kill -9, with all acknowledged writes', async () => {
    const path = temporaryPath()
    const first = await holdElsewhere(path, 'first')
    expect(first.line).toBe('holding')
    expect(await refusal(path)).toContain('in use by another process')
    expect((await holdElsewhere(path, 'second')).line).toContain('refused:')
    await kill(first.child)
    expect(existsSync(`${path}-wal`)).toBe(true)

    const third = await holdElsewhere(path, 'third')
    expect(third.line).toBe('holding')
    await kill(third.child)
    const { endpoints } = await (await temporaryStore(path)).readConfiguration()
    expect(endpoints.map(({ name }) => name)).toEqual(['first', 'third'])
  })
})
