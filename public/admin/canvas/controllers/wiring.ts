/** Leads a wire without dragging: press one card's handle, or a wire's own button, then a card, or choose from the list. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { sameNode, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { PendingWire } from '../model/connection-rules.ts'

interface WiringState {
  /** Undefined while none is being led. */
  readonly pending: PendingWire | undefined
  /** Started by key, so that the list of targets takes the focus. */
  readonly byKey: boolean
}

export interface Wiring {
  readonly store: StoreApi<WiringState>
  /** Starts a wire at the card, or ends the one that has been started. @param byKey - or by pointer or finger. */
  press(node: NodeRef, byKey: boolean): void
  /** Starts to lead a wire that is there to another endpoint. */
  startRewire(wire: WireRef, byKey: boolean): void
  /** @returns whether there was one to cancel. */
  cancel(): boolean
}

export function createWiring(connect: (pending: PendingWire, to: NodeRef) => void): Wiring {
  const store = createStore<WiringState>(() => ({ pending: undefined, byKey: false }))
  const cancel = (): boolean => {
    if (store.getState().pending === undefined) return false
    store.setState({ pending: undefined })
    return true
  }
  return {
    store,
    cancel,
    press(node, byKey) {
      const { pending } = store.getState()
      if (pending === undefined)
        return store.setState({ pending: { from: node, replacing: undefined }, byKey })
      cancel()
      if (!sameNode(pending.from, node)) connect(pending, node)
    },
    startRewire: (wire, byKey) =>
      store.setState({ pending: { from: { kind: 'block', id: wire.blockId }, replacing: wire }, byKey }),
  }
}
