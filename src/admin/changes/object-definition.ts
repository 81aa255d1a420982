// What the shared code of all objects needs to know about each kind of object.
import type { Configuration, Snapshot } from '../../core/state/configuration.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { Change } from './apply-change.ts'
import type { AuditFields } from './audit-diff.ts'
import { requireMatch } from './if-match.ts'
import type { ObjectKind } from './require-object.ts'

/** One kind of object: its names, its store, its fields in the audit, its etag and its view. */
export interface ObjectDefinition<Config> {
  readonly objectType: string
  readonly kind: ObjectKind
  objects(tx: StoreTransaction): {
    delete(id: number): Promise<boolean>
    restore(id: number): Promise<Config | undefined>
  }
  byId(snapshot: Snapshot): ReadonlyMap<number, Config>
  describe(configuration: Configuration, id: number): AuditFields | null
  etagOf(config: Config): string
  view(snapshot: Snapshot, id: number): unknown
}

/** The part of a change that compares If-Match with the version of this object. */
export const checkVersionOf = <Config>(
  { kind, byId, etagOf, view }: ObjectDefinition<Config>,
  id: number,
): Required<Pick<Change<number, unknown>, 'checkVersion'>> => ({
  checkVersion(ifMatch, current) {
    const object = byId(current).get(id)
    const version = object && { etag: etagOf(object), view: () => view(current, id) }
    requireMatch(ifMatch, version, `The ${kind} ${id}`)
  },
})
