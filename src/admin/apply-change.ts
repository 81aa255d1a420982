// The one way by which the configuration changes: transaction with its audit row, swap, audit log, answer.
import type { Configuration, Snapshot } from '../core/configuration.ts'
import type { GatewayState } from '../core/gateway-state.ts'
import type { AuditLog } from '../observability/audit-log.ts'
import type { AuditRecord, Store, StoreTransaction } from '../store/store.ts'
import { auditDiff, type AuditFields } from './audit-diff.ts'

/** Who asks for a change, and in which request. */
export interface Author {
  readonly actor: string
  readonly requestId: string
}

type ObjectId = number | string | null

export interface Change<Id extends ObjectId, Answer> {
  readonly objectType: string
  readonly verb: string
  /** Makes the change; throwing leaves everything as it was. @returns the id of what it changed. */
  work(tx: StoreTransaction, current: Snapshot): Promise<Id>
  /** The object's fields for the audit, null where it is not there. Asked of both sides of the change. */
  describe(configuration: Configuration, id: Id): AuditFields | null
  /** Reads the answer as soon as the change stands, before the next one starts. */
  answer(snapshot: Snapshot, id: Id): Answer
}

/** Changes run one after another; the promise resolves once the change is durable and in force. */
export type ApplyChange = <Id extends ObjectId, Answer>(
  author: Author,
  change: Change<Id, Answer>,
) => Promise<Answer>

interface ApplyChangeOptions {
  readonly state: GatewayState
  readonly store: Store
  readonly auditLog: AuditLog
  readonly onConfigurationChanged?: ((snapshot: Snapshot) => void) | undefined
}

export function createApplyChange(options: ApplyChangeOptions): ApplyChange {
  const { state, store, auditLog, onConfigurationChanged } = options
  let last: Promise<unknown> = Promise.resolve()

  const run: ApplyChange = async (author, change) => {
    const current = state.snapshot()
    const { id, configuration, record } = await store.transaction(async (tx) => {
      const id = await change.work(tx, current)
      const configuration = await tx.readConfiguration()
      const record: AuditRecord = {
        at: new Date().toISOString(),
        request_id: author.requestId,
        actor: author.actor,
        action: `${change.objectType}.${change.verb}`,
        object_type: change.objectType,
        object_id: id === null ? null : String(id),
        ...auditDiff(change.describe(current, id), change.describe(configuration, id)),
      }
      await tx.appendAudit(record)
      return { id, configuration, record }
    })
    state.replace(configuration)
    const next = state.snapshot()
    onConfigurationChanged?.(next)
    auditLog.record(record)
    return change.answer(next, id)
  }

  return (author, change) => {
    const result = last.then(() => run(author, change))
    last = result.catch(() => undefined)
    return result
  }
}
