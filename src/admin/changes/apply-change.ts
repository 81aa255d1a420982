// The one way by which the configuration changes: transaction with its audit rows, swap, audit log, answer.
import { setImmediate } from 'node:timers/promises'
import { indexConfiguration, type Configuration, type Snapshot } from '../../core/state/configuration.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AuditLog } from '../../observability/audit-log.ts'
import type { AuditRecord, Store, StoreTransaction } from '../../store/store.ts'
import { auditDiff, type AuditFields } from './audit-diff.ts'

// Between two rests other requests are served; one change may touch thousands of objects.
const ROWS_BETWEEN_YIELDS = 50

/** Who asks for a change, and in which request. */
export interface Author {
  readonly actor: string
  readonly requestId: string
  /** The header field of that name. */
  readonly ifMatch: string | undefined
}

type ObjectId = number | string | null

/** One object of a change, for its audit row. */
export interface Touched {
  readonly objectType: string
  readonly verb: string
  readonly id: ObjectId
  /** The object's fields for the audit, null where it is not there. Asked of both sides of the change. */
  describe(configuration: Configuration): AuditFields | null
}

interface Conditional {
  /**
   * Throws LB_ERR_PRECONDITION where If-Match means another version of what is changed. Default: compares with the whole
   * configuration.
   */
  checkVersion?(ifMatch: string | undefined, current: Snapshot): void
}

/** A change of any number of objects: all of it happens or none. */
interface Batch<Outcome, Answer> extends Conditional {
  /** Makes the change; throwing leaves everything as it was. */
  work(tx: StoreTransaction, current: Snapshot): Promise<Outcome>
  /** One audit row each, in this order. */
  touched(outcome: Outcome): readonly Touched[]
  /** Reads the answer as soon as the change stands, before the next one starts. */
  response(snapshot: Snapshot, outcome: Outcome): Answer
}

/** A change of one object. */
export interface Change<Id extends ObjectId, Answer> extends Conditional {
  readonly objectType: string
  readonly verb: string
  /** Makes the change; throwing leaves everything as it was. @returns the id of what it changed. */
  work(tx: StoreTransaction, current: Snapshot): Promise<Id>
  /** The object's fields for the audit, null where it is not there. Asked of both sides of the change. */
  describe(configuration: Configuration, id: Id): AuditFields | null
  /** Reads the answer as soon as the change stands, before the next one starts. */
  response(snapshot: Snapshot, id: Id): Answer
}

/** Changes run one after another; the promise resolves once the change is durable and in force. */
export type ApplyChange = <Id extends ObjectId, Answer>(
  author: Author,
  change: Change<Id, Answer>,
) => Promise<Answer>

/** In one line with what ApplyChange does. */
export type ApplyBatch = <Outcome, Answer>(author: Author, batch: Batch<Outcome, Answer>) => Promise<Answer>

interface ApplyChangeOptions {
  readonly state: GatewayState
  readonly store: Store
  readonly auditLog: AuditLog
  /** Throws LB_ERR_PRECONDITION where If-Match means another version of the whole configuration. */
  checkWholeVersion(ifMatch: string | undefined, current: Snapshot): void
  readonly onConfigurationChanged?: ((snapshot: Snapshot) => void) | undefined
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

const asBatch = <Id extends ObjectId, Answer>(change: Change<Id, Answer>): Batch<Id, Answer> => ({
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
  let last: Promise<unknown> = Promise.resolve()

  const run: ApplyBatch = async (author, batch) => {
    const { checkVersion = options.checkWholeVersion } = batch
    const { outcome, configuration, records } = await store.transaction(async (tx) => {
      const current = indexConfiguration(await tx.readConfiguration(), state.snapshot())
      checkVersion(author.ifMatch, current)
      const outcome = await batch.work(tx, current)
      const configuration = await tx.readConfiguration()
      const records = batch
        .touched(outcome)
        .map((touched) => auditRecord(author, touched, current, configuration))
      for (const [index, record] of records.entries()) {
        await tx.appendAudit(record)
        if (index % ROWS_BETWEEN_YIELDS === ROWS_BETWEEN_YIELDS - 1) await setImmediate()
      }
      return { outcome, configuration, records }
    })
    state.replace(configuration)
    const next = state.snapshot()
    onConfigurationChanged?.(next)
    records.forEach(auditLog.record)
    return batch.response(next, outcome)
  }

  const applyBatch: ApplyBatch = (author, batch) => {
    const result = last.then(() => run(author, batch))
    last = result.catch(() => undefined)
    return result
  }

  return { applyBatch, applyChange: (author, change) => applyBatch(author, asBatch(change)) }
}
