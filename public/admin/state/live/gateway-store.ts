/** The last configuration from the server. Positions during a drag and the drafts of forms are not part of it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StateView } from '../../../../src/contract/gateway.ts'

export interface GatewayConfiguration {
  /** Undefined until the first state event. */
  readonly state: StateView | undefined
}

export type GatewayStore = StoreApi<GatewayConfiguration>

export const createGatewayStore = (): GatewayStore =>
  createStore<GatewayConfiguration>(() => ({ state: undefined }))

/** Shows a change until the next state event, which replaces it. */
export function applyOptimistically(
  store: GatewayStore,
  change: (state: StateView) => Partial<StateView>,
): void {
  const { state } = store.getState()
  if (state !== undefined) store.setState({ state: { ...state, ...change(state) } })
}
