/** The last configuration from the server. Positions during a drag and the drafts of forms are not part of it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StateChange, StateView } from '../../../../src/contract/gateway.ts'
import type { NodeKind, NodeRef } from '../node-ref.ts'
import { applyStateChange } from './apply-state-change.ts'

export interface GatewayConfiguration {
  /** Undefined until the first state event. */
  readonly state: StateView | undefined
  /** As the server last said it, without optimistic changes. */
  readonly confirmed: StateView | undefined
}

export type GatewayStore = StoreApi<GatewayConfiguration>

export const createGatewayStore = (): GatewayStore =>
  createStore<GatewayConfiguration>(() => ({ state: undefined, confirmed: undefined }))

/** @param confirmed - undefined where nothing may be shown. */
export const confirmState = (store: GatewayStore, confirmed: StateView | undefined): void =>
  store.setState({ state: confirmed, confirmed })

export function confirmChange(store: GatewayStore, change: StateChange): void {
  const { confirmed } = store.getState()
  if (confirmed !== undefined) confirmState(store, applyStateChange(confirmed, change))
}

/** Shows a change until the next state event, which replaces it. */
export function applyOptimistically(
  store: GatewayStore,
  change: (state: StateView) => Partial<StateView>,
): void {
  const { state } = store.getState()
  if (state !== undefined) store.setState({ state: { ...state, ...change(state) } })
}

const lists = {
  endpoint: 'endpoints',
  block: 'incoming_blocks',
  token: 'client_tokens',
} as const satisfies Record<NodeKind, keyof StateView>

/**
 * Takes an object from the response to a PATCH: the next state event comes later, and until then a form would show the old values.
 * @param from - the etag that was changed: where the store has another one, it has this version or a later one already.
 */
export function confirmObject(
  store: GatewayStore,
  { kind, id }: NodeRef,
  from: string,
  stored: { readonly etag: string },
): void {
  const list = lists[kind]
  const update = (state: StateView | undefined): StateView | undefined =>
    state && {
      ...state,
      [list]: state[list].map((object) => (object.id === id && object.etag === from ? stored : object)),
    }
  store.setState(({ state, confirmed }) => ({ state: update(state), confirmed: update(confirmed) }))
}
