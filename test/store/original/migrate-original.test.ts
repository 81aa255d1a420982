import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { digestSecret } from '../../../src/config/secret-digest.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { isStoreError } from '../../../src/store/store-error.ts'
import type { Store } from '../../../src/store/store.ts'
import { openRaw, temporaryPath, tokenValues } from '../temporary-store.ts'

const fixture = new URL('../../fixtures/original-v3.db', import.meta.url).pathname
const NOW = Date.UTC(2026, 10, 24, 8, 30, 15, 250)
const SECRET = 'legacy-client-token'

function originalPath(): string {
  const path = temporaryPath()
  copyFileSync(fixture, path)
  return path
}

/** Changes a copy of the fixture through a connection that is closed again. */
function changeOriginal(path: string, change: (database: Database.Database) => void): void {
  const database = new Database(path)
  change(database)
  database.close()
}

async function open(path: string): Promise<{ store: Store; backupPaths: string[] }> {
  const backupPaths: string[] = []
  const store = await openStore({
    path,
    now: () => NOW,
    onOriginalMigrated: (backup) => backupPaths.push(backup),
  })
  onTestFinished(() => store.close())
  return { store, backupPaths }
}

/** The database's own files whose bytes hold the text. */
const filesWith = (path: string, text: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)) && !name.endsWith('.bak'))
    .filter((name) => readFileSync(join(dirname(path), name)).includes(text))

describe("a database of the Python original's", () => {
  it('keeps endpoints, blocks, wires, routing mode and tokens', async () => {
    const { store } = await open(originalPath())
    const { endpoints, blocks, tokens, wires, settings } = await store.readConfiguration()
    expect(endpoints).toMatchObject([
      {
        id: 1,
        name: 'vllm-legacy',
        baseUrl: 'http://127.0.0.1:9/v1',
        apiKey: 'sk-old-upstream-key-1',
        timeoutS: 120,
        verifyTls: true,
        enabled: true,
        quotaPercent: 70,
        priorityOrder: 10,
        maxConcurrent: 8,
        requestStreamUsage: true,
        models: [],
        apis: [],
        healthCheckPath: null,
        healthCheckIntervalS: 10,
        healthCheckTimeoutS: 3,
        posX: 610,
        posY: 140,
        createdAt: '2026-11-23T00:39:02.618Z',
        updatedAt: '2026-11-23T00:39:02.618Z',
      },
      {
        id: 2,
        name: 'spare',
        apiKey: '',
        verifyTls: false,
        quotaPercent: 0,
        priorityOrder: 2,
        posX: 500,
        posY: 200,
      },
    ])
    expect(blocks).toMatchObject([
      { id: 1, name: 'Incoming 1', posX: 256, posY: 300 },
      { id: 2, name: 'Setup B', posX: 300, posY: 420 },
    ])
    expect(tokens).toEqual([
      {
        ...tokenValues('old-client', {
          blockId: 2,
          preferredEndpointId: 1,
          requestPriority: 5,
          minTrafficPercent: 25,
        }),
        id: 1,
        digest: digestSecret(SECRET),
        preview: 'lega...oken',
        createdAt: '2026-11-23T00:39:02.649Z',
        updatedAt: '2026-11-23T00:39:02.649Z',
      },
    ])
    expect(wires).toEqual([
      { blockId: 1, endpointId: 1 },
      { blockId: 2, endpointId: 1 },
    ])
    expect(settings).toEqual({
      routingMode: 'priority',
      placement: 'prefix',
      priorityInputTokenId: null,
      incomingPos: { posX: 256, posY: 300 },
      tokensEverCreated: true,
    })
  })

  it('holds no token in clear text afterwards, open or closed, including free pages and the log', async () => {
    const path = originalPath()
    const { store } = await open(path)
    expect(filesWith(path, SECRET)).toEqual([])
    expect(filesWith(path, digestSecret(SECRET))).not.toEqual([])
    await store.transaction((tx) => tx.tokens.update(1, { name: 'renamed' }))
    await store.close()
    expect(filesWith(path, SECRET)).toEqual([])
    expect(readFileSync(fixture).includes(SECRET)).toBe(true)
  })

  it('is kept in a backup beside it that only its owner may read', async () => {
    const path = originalPath()
    const { backupPaths } = await open(path)
    expect(backupPaths).toEqual([`${path}.original-v3-20261124T083015Z.bak`])
    const [backupPath = ''] = backupPaths
    expect(statSync(backupPath).mode & 0o777).toBe(0o600)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(openRaw(backupPath).prepare('select token from client_tokens').pluck().all()).toEqual([SECRET])
  })

  it('is migrated once', async () => {
    const path = originalPath()
    const first = await open(path)
    const before = await first.store.readConfiguration()
    await first.store.close()
    const second = await open(path)
    expect(second.backupPaths).toEqual([])
    expect(await second.store.readConfiguration()).toEqual(before)
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.bak'))).toHaveLength(1)
  })

  it('may have its latest changes in the write-ahead log', async () => {
    const path = originalPath()
    // Copies the files while a connection is open, as a killed process leaves them.
    const source = originalPath()
    const living = openRaw(source)
    living.pragma('wal_autocheckpoint = 0')
    living.exec(
      `insert into client_tokens (name, token, created_at) values ('late', 'late-client-token', 'no date')`,
    )
    living.exec(`update endpoints set token_quota_percent = 55 where id = 2`)
    for (const suffix of ['', '-wal']) copyFileSync(`${source}${suffix}`, `${path}${suffix}`)
    expect(readFileSync(path).includes('late-client-token')).toBe(false)

    const { store, backupPaths } = await open(path)
    const { tokens, endpoints } = await store.readConfiguration()
    expect(tokens[1]).toMatchObject({
      name: 'late',
      digest: digestSecret('late-client-token'),
      blockId: 1,
      createdAt: new Date(NOW).toISOString(),
    })
    expect(endpoints[1]?.quotaPercent).toBe(55)
    expect(filesWith(path, 'late-client-token')).toEqual([])
    const backup = openRaw(backupPaths[0] ?? '')
    expect(backup.prepare('select count(*) from client_tokens').pluck().get()).toBe(2)
  })

  it('may be large', async () => {
    const path = originalPath()
    changeOriginal(path, (database) => {
      database.exec(`
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
        insert into client_tokens (name, token, created_at) select 'n' || i, 'client-token-' || i, '' from n`)
    })
    const { tokens } = await (await open(path)).store.readConfiguration()
    expect(tokens).toHaveLength(2001)
    expect(tokens[2000]).toMatchObject({ name: 'n2000', digest: digestSecret('client-token-2000') })
    expect(filesWith(path, 'client-token-')).toEqual([])
  })

  it('is refused while the original still has it open', async () => {
    const path = originalPath()
    const script = `
      const database = new (require('better-sqlite3'))(process.argv[1])
      database.prepare('select * from endpoints').all()
      console.log('open')
      process.stdin.resume()`
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const error: unknown = await open(path).catch((reason: unknown) => reason)
    expect(isStoreError(error) && error.message).toBe(`database ${path} is in use by another process`)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect((await open(path)).backupPaths).toHaveLength(1)
  })

  it('is migrated again after a crash left a half-written database', async () => {
    const path = originalPath()
    writeFileSync(`${path}.migrating`, 'half')
    writeFileSync(`${path}.migrating-journal`, 'half')
    const { store, backupPaths } = await open(path)
    expect((await store.readConfiguration()).endpoints).toHaveLength(2)
    expect(backupPaths).toHaveLength(1)
    expect(existsSync(`${path}.migrating`)).toBe(false)
  })

  it('keeps counters and settings, and never reuses an id of the original', async () => {
    const path = originalPath()
    changeOriginal(path, (database) => {
      database.exec(`
        update endpoints set total_requests = 9, total_success = 7, total_failures = 2, consecutive_failures = 1,
          avg_latency_ms = 12.5, prompt_tokens_total = 100, completion_tokens_total = 50 where id = 1;
        update client_tokens set total_requests = 4, prompt_tokens_total = 40, completion_tokens_total = 20;
        insert into settings values ('priority_input_token_id', '1', ''), ('incoming_pos_x', '12.5', ''),
          ('incoming_pos_y', '-3', ''), ('unheard-of', 'x', '');
        update sqlite_sequence set seq = 9`)
    })
    const { store } = await open(path)
    const counters = await store.readCounters()
    expect(counters.endpoints.get(1)).toEqual({
      totalRequests: 9,
      totalSuccess: 7,
      totalFailures: 2,
      consecutiveFailures: 1,
      avgLatencyMs: 12.5,
      promptTokens: 100,
      completionTokens: 50,
      cachedTokens: 0,
      reasoningTokens: 0,
    })
    expect(counters.tokens.get(1)).toMatchObject({
      totalRequests: 4,
      promptTokens: 40,
      completionTokens: 20,
    })
    expect((await store.readConfiguration()).settings).toMatchObject({
      priorityInputTokenId: 1,
      incomingPos: { posX: 12.5, posY: -3 },
    })
    expect((await store.transaction((tx) => tx.tokens.insert(tokenValues('new')))).id).toBe(10)
  })

  it('stays closed to anonymous clients if all its tokens have been deleted', async () => {
    const path = originalPath()
    changeOriginal(path, (database) => database.exec('delete from client_tokens'))
    const { store } = await open(path)
    expect((await store.readConfiguration()).settings.tokensEverCreated).toBe(true)
    expect((await store.transaction((tx) => tx.tokens.insert(tokenValues('new')))).id).toBe(2)
  })

  it('gets names that are valid, unique and the same on every attempt', async () => {
    const names = [
      'Zürich  Ost',
      ' zurich ',
      'zurich',
      'a/b',
      'a-b',
      'x'.repeat(200),
      'x'.repeat(130),
      '日本',
      '',
    ]
    const migrated: string[][] = []
    for (let round = 0; round < 2; round += 1) {
      const path = originalPath()
      changeOriginal(path, (database) => {
        const insert = database.prepare(
          "insert into endpoints (name, base_url, created_at, updated_at) values (?, 'http://127.0.0.1:9/', '', '')",
        )
        for (const name of names) insert.run(name)
        database.prepare('update incoming_blocks set name = ? where id = 2').run('tab\tand \u0000 nul')
        database.prepare('update client_tokens set name = ?').run('  ')
      })
      const { store } = await open(path)
      const { endpoints, blocks, tokens } = await store.readConfiguration()
      expect(endpoints.at(-1)?.baseUrl).toBe('http://127.0.0.1:9')
      expect(blocks[1]?.name).toBe('tab and   nul')
      expect(tokens[0]?.name).toBe('token 1')
      migrated.push(endpoints.slice(2).map(({ name }) => name))
    }
    expect(migrated[0]).toEqual([
      'Zurich  Ost',
      'zurich-2',
      'zurich',
      'a-b-2',
      'a-b',
      'x'.repeat(120),
      `${'x'.repeat(118)}-2`,
      '--',
      'endpoint-11',
    ])
    expect(migrated[1]).toEqual(migrated[0])
  })

  it('gets values within their ranges, and unusable endpoints disabled', async () => {
    const path = originalPath()
    changeOriginal(path, (database) => {
      database.exec(`
        update endpoints set timeout_seconds = 0, token_quota_percent = 250, priority_order = -4, max_concurrent = 'many',
          pos_x = 9e99, api_key = ' sk-spaced ' where id = 1;
        update endpoints set base_url = 'file:///etc/passwd' where id = 2;
        update client_tokens set incoming_block_id = 77, preferred_endpoint_id = 77, request_priority = 1e9`)
    })
    const { store } = await open(path)
    const { endpoints, tokens } = await store.readConfiguration()
    expect(endpoints[0]).toMatchObject({
      timeoutS: 1,
      quotaPercent: 100,
      priorityOrder: 0,
      maxConcurrent: 0,
      posX: 1_000_000,
      apiKey: 'sk-spaced',
      enabled: true,
    })
    expect(endpoints[1]).toMatchObject({ baseUrl: 'file:///etc/passwd', enabled: false })
    expect(tokens[0]).toMatchObject({ blockId: 1, preferredEndpointId: null, requestPriority: 100_000 })
  })

  it('may be of a release without blocks', async () => {
    const path = originalPath()
    changeOriginal(path, (database) => {
      database.exec(`
        drop table incoming_blocks;
        alter table client_tokens drop column incoming_block_id;
        alter table client_tokens drop column pos_x;
        insert into settings values ('incoming_pos_x', '40', ''), ('incoming_pos_y', '50', '')`)
    })
    const { blocks, tokens, wires } = await (await open(path)).store.readConfiguration()
    expect(blocks).toMatchObject([{ id: 1, name: 'Incoming 1', posX: 40, posY: 50 }])
    expect(tokens[0]).toMatchObject({ blockId: 1, posX: 80, posY: 100 })
    expect(wires).toEqual([{ blockId: 1, endpointId: 1 }])
  })
})
