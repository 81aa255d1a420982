// Applies every change of the configuration: one transaction with its audit rows, then the swap, the audit log and the response.
import { setImmediate } from 'node:timers/promises'
import { indexConfiguration, type Configuration, type Snapshot } from '../../core/state/configuration.ts'
import { isGatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AuditLog } from '../../observability/audit-log.ts'
import { createSerialQueue } from '../../core/serial-queue.ts'
import type { AuditRecord, Store, StoreTransaction } from '../../store/store.ts'
import { mapInSlices } from '../map-in-slices.ts'
import { tokenEtag } from './etag.ts'
import { auditDiff, type AuditFields } from './audit-diff.ts'

// A change may touch thousands of objects; yielding lets other requests run in between.
const RECORDS_BETWEEN_YIELDS = 50

/** The sender of a change and its request. */
export interface Author {
  readonly actor: string
  readonly requestId: string
  /** The If-Match header. */
  readonly ifMatch: string | undefined
}

type ObjectId = number | string | null

/** One object of a change, for its audit row. */
export interface Touched {
  readonly objectType: string
  readonly verb: string
  readonly id: ObjectId
  /** The object's fields for the audit, null if it does not exist. Called with the configuration before and after. */
  describe(configuration: Configuration): AuditFields | null
}

interface Conditional {
  /**
   * Throws LB_ERR_PRECONDITION if If-Match names another version of what is changed. Runs inside the transaction, so that
   * no other change can come between the check and the write. Default: compares with the whole configuration.
   */
  checkVersion?(ifMatch: string | undefined, current: Snapshot): void
}

/** A change of any number of objects, applied entirely or not at all. */
interface Batch<Outcome, View> extends Conditional {
  /** Makes the change. If it throws, the transaction is rolled back. */
  work(tx: StoreTransaction, current: Snapshot): Promise<Outcome>
  /** The changed objects; each gets one audit row, in this order. */
  touched(outcome: Outcome): readonly Touched[]
  /** Reads the response body once the change is in force, before the next change starts. */
  response(snapshot: Snapshot, outcome: Outcome): View
}

/** A change of one object. */
export interface Change<Id extends ObjectId, View> extends Conditional {
  readonly objectType: string
  readonly verb: string
  /** Makes the change. If it throws, the transaction is rolled back. @returns the id of the changed object. */
  work(tx: StoreTransaction, current: Snapshot): Promise<Id>
  /** The object's fields for the audit, null if it does not exist. Called with the configuration before and after. */
  describe(configuration: Configuration, id: Id): AuditFields | null
  /** Reads the response body once the change is in force, before the next change starts. */
  response(snapshot: Snapshot, id: Id): View
}

/** Runs changes one after another. The promise resolves once the change is durable and in force. */
export type ApplyChange = <Id extends ObjectId, View>(
  author: Author,
  change: Change<Id, View>,
) => Promise<View>

/** As ApplyChange, in the same queue. */
export type ApplyBatch = <Outcome, View>(author: Author, batch: Batch<Outcome, View>) => Promise<View>

interface ApplyChangeOptions {
  readonly state: GatewayState
  readonly store: Store
  readonly auditLog: AuditLog
  /** Throws LB_ERR_PRECONDITION if If-Match names another version of the whole configuration. */
  checkWholeVersion(ifMatch: string | undefined, current: Snapshot): void
  readonly onConfigurationChanged?: ((snapshot: Snapshot) => void | Promise<void>) | undefined
}

const auditRecord = (
  author: Author,
  { objectType, verb, id, describe }: Touched,
  before: Configuration,
  after: Configuration,
): AuditRecord => ({
  at: new Date().toISOString(),
  request_id: author.requestId,
  actor: author.actor,
  action: `${objectType}.${verb}`,
  object_type: objectType,
  object_id: id === null ? null : String(id),
  ...auditDiff(describe(before), describe(after)),
})

const asBatch = <Id extends ObjectId, View>(change: Change<Id, View>): Batch<Id, View> => ({
  ...(change.checkVersion ? { checkVersion: change.checkVersion } : {}),
  work: (tx, current) => change.work(tx, current),
  touched: (id) => [{ ...change, id, describe: (configuration) => change.describe(configuration, id) }],
  response: (snapshot, id) => change.response(snapshot, id),
})

export function createApplyChange(options: ApplyChangeOptions): {
  applyChange: ApplyChange
  applyBatch: ApplyBatch
} {
  const { state, store, auditLog, onConfigurationChanged } = options
  // What waited for a change that found the database held by another program fails with it, instead of one wait after another.
  const inTurn = createSerialQueue((error) => isGatewayError(error) && error.code === 'LB_ERR_STORE_BUSY')

  const run: ApplyBatch = async (author, batch) => {
    const { checkVersion = options.checkWholeVersion } = batch
    const { outcome, configuration, records } = await store.transaction(async (tx) => {
      const current = indexConfiguration(await tx.readConfiguration(), state.snapshot())
      checkVersion(author.ifMatch, current)
      const outcome = await batch.work(tx, current)
      const configuration = await tx.readConfiguration()
      const records: AuditRecord[] = []
      for (const touched of batch.touched(outcome)) {
        const record = auditRecord(author, touched, current, configuration)
        await tx.appendAudit(record)
        records.push(record)
      }
      return { outcome, configuration, records }
    })
    const before = state.snapshot()
    state.replace(configuration)
    const next = state.snapshot()
    await onConfigurationChanged?.(next)
    // The indexes and the etags of a large configuration take long, one after the other. Each etag is kept once it is computed.
    await setImmediate()
    if (next.tokens !== before.tokens) await mapInSlices(next.tokens, tokenEtag)
    const response = batch.response(next, outcome)
    for (const [index, record] of records.entries()) {
      auditLog.record(record)
      if (index % RECORDS_BETWEEN_YIELDS === RECORDS_BETWEEN_YIELDS - 1) await setImmediate()
    }
    return response
  }

  const applyBatch: ApplyBatch = (author, batch) => inTurn(() => run(author, batch))

  return { applyBatch, applyChange: (author, change) => applyBatch(author, asBatch(change)) }
}
