/** What can be done with what the inspector shows: told by its panels, for the palette. */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface PanelAction {
  readonly id: string
  readonly label: string
  readonly run: () => void
  readonly disabled?: boolean
}

/** By the part of a panel that offers them, in the order in which these have come. */
export type PanelActions = StoreApi<ReadonlyMap<string, readonly PanelAction[]>>

export const createPanelActions = (): PanelActions =>
  createStore<ReadonlyMap<string, readonly PanelAction[]>>(() => new Map())
