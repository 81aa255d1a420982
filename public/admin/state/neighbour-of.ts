/** The card that gets the focus when others are deleted: the next one below them in their column, else the one above. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { objectsOf } from './named-objects.ts'
import { sameNode, type NodeRef } from './node-ref.ts'

type Placed = ReturnType<typeof objectsOf>[number] & { readonly pos_y?: number }

/** @returns undefined where nothing of its kind is left. */
export function neighbourOf(state: StateView, deleted: readonly NodeRef[]): NodeRef | undefined {
  const [first] = deleted
  if (first === undefined) return undefined
  const { kind } = first
  const column = (objectsOf(state, kind) as readonly Placed[]).toSorted(
    (a, b) => (a.pos_y ?? 0) - (b.pos_y ?? 0) || a.id - b.id,
  )
  const at = column.findIndex(({ id }) => id === first.id)
  const nearest = [...column.slice(at + 1), ...column.slice(0, Math.max(0, at)).toReversed()]
  const found = nearest.find(({ id }) => !deleted.some((one) => sameNode(one, { kind, id })))
  return found && { kind, id: found.id }
}
