/**
 * Keeps the page's selection and the canvas's selection equal. Each takes what the other has changed; what comes from the
 * canvas is not sent back to it, as two changes at the same time would then follow each other for ever.
 */
import { nodeKey, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import { wireEdgeId } from './edges.ts'

interface Selection {
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

interface SelectionStore {
  getState(): Selection
  select(nodes: readonly NodeRef[], wires: readonly WireRef[]): void
}

export interface SelectionSync {
  /**
   * Called when the canvas's selection has changed.
   * @param isWhole - whether this is all that the canvas shows as selected; the canvas takes it back otherwise.
   */
  publish(selection: Selection, isWhole: boolean): void
  /** Whether the canvas has to take this selection of the page. */
  isForeign(selection: Selection): boolean
}

const isSameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((id) => right.includes(id))

export function createSelectionSync(page: SelectionStore): SelectionSync {
  let published: Selection | undefined
  return {
    publish({ nodes, wires }, isWhole) {
      const before = page.getState()
      const isSame =
        isSameSet(before.nodes.map(nodeKey), nodes.map(nodeKey)) &&
        isSameSet(before.wires.map(wireEdgeId), wires.map(wireEdgeId))
      if (isSame) return
      if (isWhole) published = { nodes, wires }
      page.select(nodes, wires)
    },
    isForeign: ({ nodes, wires }) => nodes !== published?.nodes || wires !== published.wires,
  }
}
