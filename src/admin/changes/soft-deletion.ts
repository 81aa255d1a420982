// Soft deletion and restoration of objects.
import type { OkView } from '../../contract/gateway.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import type { Change } from './apply-change.ts'
import { requireMatch } from './if-match.ts'
import { notFound } from './require-object.ts'
import { checkVersionOf, type ObjectDefinition } from './object-definition.ts'

/** @param check - throws if this object must not be deleted. */
export function deleteObject<Config>(
  definition: ObjectDefinition<Config>,
  id: number,
  check?: (current: Snapshot, id: number) => void,
): Change<number, OkView> {
  const { objectType, kind, objects, describe } = definition
  return {
    objectType,
    verb: 'delete',
    describe,
    ...checkVersionOf(definition, id),
    async work(tx, current) {
      check?.(current, id)
      if (!(await objects(tx).delete(id))) throw notFound(kind, id)
      return id
    },
    response: () => ({ ok: true }),
  }
}

/**
 * If-Match names the version that was deleted.
 * @param check - throws if the object conflicts with the present configuration.
 */
export function restoreObject<Config, View>(
  {
    objectType,
    kind,
    objects,
    describe,
    etagOf,
    view,
  }: ObjectDefinition<Config> & {
    view(snapshot: Snapshot, id: number): View
  },
  id: number,
  ifMatch: string | undefined,
  check?: (restored: Config, current: Snapshot) => void,
): Change<number, View> {
  return {
    objectType,
    verb: 'restore',
    describe,
    // The deleted version can be read only after restoring it, so `work` checks.
    checkVersion: () => undefined,
    async work(tx, current) {
      const restored = await objects(tx).restore(id)
      if (restored === undefined) throw notFound(`deleted ${kind}`, id)
      requireMatch(ifMatch, { etag: etagOf(restored), view: () => null }, `The deleted ${kind} ${id}`)
      check?.(restored, current)
      return id
    },
    response: view,
  }
}
