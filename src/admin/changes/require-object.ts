// Finds the object that a request names by id, or throws LB_ERR_NOT_FOUND.
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

export type ObjectKind = 'endpoint' | 'incoming block' | 'client token' | 'model alias' | 'note or frame'
type SoughtKind = ObjectKind | `deleted ${ObjectKind}`

export const notFound = (kind: SoughtKind, id: number): GatewayError =>
  gatewayError('LB_ERR_NOT_FOUND', `There is no ${kind} ${id}.`)

/** Throws LB_ERR_NOT_FOUND if the id is unknown. */
export function requireObject<T>(byId: ReadonlyMap<number, T>, id: number, kind: ObjectKind): T {
  const object = byId.get(id)
  if (object === undefined) throw notFound(kind, id)
  return object
}
