// A real store on a file in a folder of its own, closed and removed when the test ends.
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../src/store/open-store.ts'
import { addSketchFunctions } from '../../src/store/sqlite/sketch-functions.ts'
import { createDatabaseThread } from '../../src/store/sqlite/database-thread.ts'
import type { AuditRecord, BlockValues, EndpointValues, Store, TokenValues } from '../../src/store/store.ts'
import { onEnd } from '../support/lifetime.ts'

const MEMORY = '/dev/shm'
const MIN_FREE_BYTES = 2 ** 30

/** A file system in memory, where the machine has one with room: a commit then waits for no disk. */
const memoryFolder = ((): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= MIN_FREE_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
})()

export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'lb-store-'))
  onEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Path of a database that does not exist yet. */
export const temporaryPath = (): string => join(temporaryFolder(memoryFolder), 'load_balancer.db')

/** Shared by the stores of a test process: a thread costs more than a store. */
export const testThread = createDatabaseThread()

export async function temporaryStore(path = temporaryPath(), now?: () => number): Promise<Store> {
  const store = await openStore({ path, thread: testThread, ...(now ? { now } : {}) })
  onEnd(() => store.close())
  return store
}

/** A second connection, to look at or change what the store has written. */
export function openRaw(path: string): Database.Database {
  const database = new Database(path)
  addSketchFunctions(database)
  onEnd(() => void database.close())
  return database
}

export const endpointValues = (name: string, values: Partial<EndpointValues> = {}): EndpointValues => ({
  name,
  baseUrl: 'http://127.0.0.1:9/v1',
  apiKey: '',
  authStyle: 'bearer',
  timeoutS: 120,
  verifyTls: true,
  enabled: true,
  quotaPercent: 0,
  priorityOrder: 10,
  maxConcurrent: 0,
  requestStreamUsage: true,
  retryOnTimeout: false,
  models: [],
  modelMap: {},
  apis: [],
  healthCheckPath: null,
  healthCheckIntervalS: 10,
  healthCheckTimeoutS: 3,
  firstByteTimeoutS: null,
  loadSource: 'auto',
  group: '',
  posX: 500,
  posY: 200,
  ...values,
})

export const blockValues = (name: string): BlockValues => ({
  name,
  allowedModels: [],
  routingMode: null,
  placement: null,
  sessionAffinity: 'none',
  posX: 256,
  posY: 300,
})

export const tokenValues = (name: string, values: Partial<TokenValues> = {}): TokenValues => ({
  name,
  digest: `digest of ${name}`,
  preview: 'ct-a...wxyz',
  blockId: 1,
  preferredEndpointId: null,
  allowedModels: [],
  requestPriority: 0,
  minTrafficPercent: 0,
  guaranteedSharePercent: 0,
  posX: 80,
  posY: 100,
  ...values,
})

export const auditRecord = (action: string): AuditRecord => ({
  at: '2026-01-01T00:00:00.000Z',
  request_id: 'request',
  actor: '0123456789ab',
  action,
  object_type: 'endpoint',
  object_id: '1',
  before: null,
  after: { name: 'a' },
})
