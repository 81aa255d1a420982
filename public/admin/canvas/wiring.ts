/** Leads a wire without dragging: press one card's handle, or a wire's own button, then a card, or choose from the list. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { sameNode, type NodeRef, type WireRef } from '../state/workspace.ts'
import type { Led } from './connection-rules.ts'

interface WiringState {
  /** Undefined while none is being led. */
  readonly led: Led | undefined
  /** Started by key, so that the list of targets takes the focus. */
  readonly byKey: boolean
}

export interface Wiring {
  readonly store: StoreApi<WiringState>
  /** Starts a wire at the card, or ends the one that has been started. @param byKey - or by pointer or finger. */
  press(node: NodeRef, byKey: boolean): void
  /** Starts to lead a wire that is there to another endpoint. */
  lead(wire: WireRef, byKey: boolean): void
  /** @returns whether there was one to cancel. */
  cancel(): boolean
}

export function createWiring(connect: (led: Led, to: NodeRef) => void): Wiring {
  const store = createStore<WiringState>(() => ({ led: undefined, byKey: false }))
  const cancel = (): boolean => {
    if (store.getState().led === undefined) return false
    store.setState({ led: undefined })
    return true
  }
  return {
    store,
    cancel,
    press(node, byKey) {
      const { led } = store.getState()
      if (led === undefined) return store.setState({ led: { from: node, replacing: undefined }, byKey })
      cancel()
      if (!sameNode(led.from, node)) connect(led, node)
    },
    lead: (wire, byKey) =>
      store.setState({ led: { from: { kind: 'block', id: wire.blockId }, replacing: wire }, byKey }),
  }
}
