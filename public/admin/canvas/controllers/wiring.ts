/** Draws a wire without dragging: press a card's handle, or a wire's button, then press another card or choose it from the list. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { sameNode, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { PendingWire } from '../model/connection-rules.ts'

interface WiringState {
  /** Undefined while no wire is pending. */
  readonly pending: PendingWire | undefined
  /** Whether the wire was started by key; the list of targets then gets the focus. */
  readonly byKey: boolean
}

export interface Wiring {
  readonly store: StoreApi<WiringState>
  /** Starts a wire at the card, or connects the pending wire to it. @param byKey - false for mouse and touch */
  press(node: NodeRef, byKey: boolean): void
  /** Starts to replace an existing wire by one to another endpoint. */
  startRewire(wire: WireRef, byKey: boolean): void
  /** @returns whether a wire was pending. */
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
