// Deletes and restores the objects that are deleted softly: endpoints, incoming blocks, client tokens.
import type { OkView } from '../contract/gateway.ts'
import type { Configuration, Snapshot } from '../core/configuration.ts'
import type { StoreTransaction } from '../store/store.ts'
import type { Change } from './apply-change.ts'
import type { AuditFields } from './audit-diff.ts'
import { notFound, type ObjectKind } from './require-object.ts'

/** One kind of object: its names, its table, its fields in the audit. */
export interface Subject<Config> {
  readonly objectType: string
  readonly kind: ObjectKind
  objects(tx: StoreTransaction): {
    delete(id: number): Promise<boolean>
    restore(id: number): Promise<Config | undefined>
  }
  describe(configuration: Configuration, id: number): AuditFields | null
}

/** @param check - throws where this object must not go. */
export function deleteObject<Config>(
  { objectType, kind, objects, describe }: Subject<Config>,
  id: number,
  check?: (current: Snapshot, id: number) => void,
): Change<number, OkView> {
  return {
    objectType,
    verb: 'delete',
    describe,
    async work(tx, current) {
      check?.(current, id)
      if (!(await objects(tx).delete(id))) throw notFound(kind, id)
      return id
    },
    answer: () => ({ ok: true }),
  }
}

/** @param check - throws where this object must not come back to how things stand without it. */
export function restoreObject<Config, Answer>(
  { objectType, kind, objects, describe }: Subject<Config>,
  id: number,
  answer: (snapshot: Snapshot, id: number) => Answer,
  check?: (restored: Config, current: Snapshot) => void,
): Change<number, Answer> {
  return {
    objectType,
    verb: 'restore',
    describe,
    async work(tx, current) {
      const restored = await objects(tx).restore(id)
      if (restored === undefined) throw notFound(`deleted ${kind}`, id)
      check?.(restored, current)
      return id
    },
    answer,
  }
}
