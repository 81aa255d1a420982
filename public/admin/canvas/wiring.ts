/** Leads a wire without dragging: press one card's handle, then the other's, or choose from the list. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { sameNode, type NodeRef } from '../state/workspace.ts'

interface WiringState {
  /** The card that a wire is being led from; undefined while none is. */
  readonly from: NodeRef | undefined
  /** Started by key, so that the list of targets takes the focus. */
  readonly byKey: boolean
}

export interface Wiring {
  readonly store: StoreApi<WiringState>
  /** Starts a wire at the card, or ends the one that has been started. @param byKey - or by pointer or finger. */
  press(node: NodeRef, byKey: boolean): void
  /** @returns whether there was one to cancel. */
  cancel(): boolean
}

export function createWiring(connect: (from: NodeRef, to: NodeRef) => void): Wiring {
  const store = createStore<WiringState>(() => ({ from: undefined, byKey: false }))
  const cancel = (): boolean => {
    if (store.getState().from === undefined) return false
    store.setState({ from: undefined })
    return true
  }
  return {
    store,
    cancel,
    press(node, byKey) {
      const { from } = store.getState()
      if (from === undefined) return store.setState({ from: node, byKey })
      cancel()
      if (!sameNode(from, node)) connect(from, node)
    },
  }
}
