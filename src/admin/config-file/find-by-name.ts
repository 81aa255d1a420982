// Finds configured objects by name. Only the names of endpoints are unique.
import { gatewayError } from '../../core/gateway-error.ts'
import type { ObjectKind } from '../changes/require-object.ts'

/** The returned function throws LB_ERR_CONFLICT for a name that several objects share. */
export function findByName<Config extends { readonly id: number; readonly name: string }>(
  kind: ObjectKind,
  objects: readonly Config[],
): (name: string) => Config | undefined {
  const byName = Map.groupBy(objects, ({ name }) => name)
  return (name) => {
    const [found, ...others] = byName.get(name) ?? []
    if (found === undefined || others.length === 0) return found
    const ids = [found, ...others].map(({ id }) => id).join(' and ')
    throw gatewayError(
      'LB_ERR_CONFLICT',
      `The ${kind}s ${ids} have the same name ${JSON.stringify(name)}, and a file goes by names. Rename one of them.`,
    )
  }
}
