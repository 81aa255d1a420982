/** The configuration as the server last told it. Nothing a hand is dragging or a form holds ever goes in here. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StateView } from '../../../../src/contract/gateway.ts'

export interface GatewayConfiguration {
  /** Undefined until the server has told it for the first time. */
  readonly state: StateView | undefined
}

export type GatewayStore = StoreApi<GatewayConfiguration>

export const createGatewayStore = (): GatewayStore =>
  createStore<GatewayConfiguration>(() => ({ state: undefined }))

/** Shows a change before the server's next word on the state, which replaces it. */
export function applyOptimistically(
  store: GatewayStore,
  change: (state: StateView) => Partial<StateView>,
): void {
  const { state } = store.getState()
  if (state !== undefined) store.setState({ state: { ...state, ...change(state) } })
}
