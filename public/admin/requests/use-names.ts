/** Names the cards of the canvas by kind and id. */
import { useMemo } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { namesByKey } from '../state/named-objects.ts'
import { nodeKey, type NodeKind } from '../state/node-ref.ts'

/** @returns `#` and the id of what has been deleted. */
export type NameOf = (kind: NodeKind, id: number) => string

export function useNames(state: StateView | undefined): NameOf {
  const names = useMemo(() => state && namesByKey(state), [state])
  return (kind, id) => names?.get(nodeKey({ kind, id })) ?? `#${id}`
}
