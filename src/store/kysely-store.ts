// The store over Kysely: transactions, the cached configuration, and operations on the whole database.
import type { Kysely } from 'kysely'
import { gatewayError, isGatewayError } from '../core/gateway-error.ts'
import type { Configuration } from '../core/state/configuration.ts'
import type { StoredCounters } from '../core/state/counters.ts'
import { aliasMapping } from './tables/objects/alias-table.ts'
import { appendAudit, readAudit, trimAudit } from './tables/audit-table.ts'
import { blockMapping, createBlockTable } from './tables/objects/block-table.ts'
import { applyAllEdits, noEdits, type ConfigurationMemo } from './tables/configuration-memo.ts'
import { readCounters } from './tables/counter-columns.ts'
import { addEndedSession, readEndedSessions } from './tables/ended-session-table.ts'
import { createEndpointTable, endpointMapping } from './tables/objects/endpoint-table.ts'
import { createNoteTable, noteMapping } from './tables/objects/note-table.ts'
import { createGroupColorTable, readGroupColors } from './tables/group-color-table.ts'
import { createObjectTable, readLive, type TransactionContext } from './tables/objects/object-table.ts'
import type { HistorySample } from '../core/history/history-sample.ts'
import { historySteps, readHistory, trimHistory } from './tables/history-table.ts'
import { readObjectPins, writeObjectPins } from './tables/object-pin-table.ts'
import { purgeDeleted } from './purge-deleted.ts'
import type { StoreTables } from './tables/schema.ts'
import { createSerialQueue } from '../core/serial-queue.ts'
import { readSettings, writeSettings } from './tables/settings-table.ts'
import type { Store, StoreTransaction } from './store.ts'
import { createTokenTable, tokenMapping } from './tables/objects/token-table.ts'
import { createWireTable, readWires } from './tables/wire-table.ts'

async function readConfiguration({ db, memo, edits }: TransactionContext): Promise<Configuration> {
  applyAllEdits(memo, edits)
  return {
    endpoints: (memo.endpoints ??= await readLive(db, endpointMapping)),
    blocks: (memo.blocks ??= await readLive(db, blockMapping)),
    tokens: (memo.tokens ??= await readLive(db, tokenMapping)),
    aliases: (memo.aliases ??= await readLive(db, aliasMapping)),
    notes: (memo.notes ??= await readLive(db, noteMapping)),
    groupColors: (memo.groupColors ??= await readGroupColors(db)),
    wires: (memo.wires ??= await readWires(db)),
    settings: (memo.settings ??= await readSettings(db)),
  }
}

function createTransaction(context: TransactionContext): StoreTransaction {
  const { db } = context
  return {
    endpoints: createEndpointTable(context),
    blocks: createBlockTable(context),
    tokens: createTokenTable(context),
    aliases: createObjectTable(context, aliasMapping),
    notes: createNoteTable(context),
    groupColors: createGroupColorTable(context),
    wires: createWireTable(context),
    saveSettings: (settings) => writeSettings(context, settings),
    readConfiguration: () => readConfiguration(context),
    appendAudit: (record) => appendAudit(db, record),
  }
}

/** Operations of the database that Kysely does not offer. */
export interface DatabaseControl {
  isUniqueViolation(error: unknown): boolean
  /** Whether another program holds the database. */
  isBusy(error: unknown): boolean
  vacuum(): Promise<void>
  isOpen(): boolean
  writeCounters(counters: StoredCounters): Promise<void>
  writeHistory(samples: readonly HistorySample[]): Promise<void>
  close(): Promise<void>
}

const BUSY_RETRY_S = 5

const isStoreBusy = (error: unknown): boolean => isGatewayError(error) && error.code === 'LB_ERR_STORE_BUSY'

export function createKyselyStore(
  db: Kysely<StoreTables>,
  control: DatabaseControl,
  nowIso: () => string,
): Store {
  // One after another, since there is one connection; what waited for an operation that found the database held fails with it.
  const inTurn = createSerialQueue(isStoreBusy)
  const { isUniqueViolation } = control
  let committed: ConfigurationMemo = {}
  let closing: Promise<void> | undefined

  const enqueue = <T>(job: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      try {
        return await job()
      } catch (error) {
        if (!control.isBusy(error)) throw error
        throw gatewayError('LB_ERR_STORE_BUSY', 'another program holds the database', {
          retryAfterS: BUSY_RETRY_S,
        })
      }
    })

  const transact = <T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> =>
    enqueue(async () => {
      const memo = { ...committed }
      const edits = noEdits()
      const result = await db
        .transaction()
        .execute((tx) => work(createTransaction({ db: tx, isUniqueViolation, memo, edits, nowIso })))
      applyAllEdits(memo, edits)
      committed = memo
      return result
    })

  const readCommitted = (): Promise<Configuration> =>
    enqueue(async () => {
      const memo = { ...committed }
      const configuration = await db
        .transaction()
        .setAccessMode('read only')
        .execute((tx) => readConfiguration({ db: tx, isUniqueViolation, memo, edits: noEdits(), nowIso }))
      committed = memo
      return configuration
    })

  return {
    transaction: transact,
    readConfiguration: readCommitted,
    readCounters: () => enqueue(() => db.transaction().setAccessMode('read only').execute(readCounters)),
    writeCounters: (counters) => enqueue(() => control.writeCounters(counters)),
    readObjectPins: (now) => enqueue(() => readObjectPins(db, now)),
    writeObjectPins: (changes) =>
      enqueue(() => db.transaction().execute((tx) => writeObjectPins(tx, changes))),
    writeHistory: (samples) => enqueue(() => control.writeHistory(samples)),
    readHistory: (window, object) => enqueue(() => readHistory(db, window, object)),
    async trimHistory(now) {
      for (const stepS of historySteps) {
        let hasMore = true
        while (hasMore) hasMore = await enqueue(() => trimHistory(db, stepS, now))
      }
    },
    readAudit: (query) => enqueue(() => readAudit(db, query)),
    readEndedSessions: (now) => enqueue(() => readEndedSessions(db, now)),
    addEndedSession: (id, until, now) =>
      enqueue(() => db.transaction().execute((tx) => addEndedSession(tx, id, until, now))),
    async trimAudit(before) {
      let hasMore = true
      // Changes come in between.
      while (hasMore) hasMore = await enqueue(() => trimAudit(db, new Date(before).toISOString()))
    },
    purgeDeleted: (now) => enqueue(() => db.transaction().execute((tx) => purgeDeleted(tx, now))),
    vacuum: () => enqueue(() => control.vacuum()),
    isOpen: () => control.isOpen(),
    close: () => (closing ??= enqueue(() => control.close())),
  }
}
