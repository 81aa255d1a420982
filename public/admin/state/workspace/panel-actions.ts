/** The actions of the inspector's open panel, registered by the panel and listed in the palette. */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface PanelAction {
  readonly id: string
  readonly label: string
  readonly run: () => void
  readonly disabled?: boolean
}

/** By the part of the panel that registers them, in the order of registration. */
export type PanelActions = StoreApi<ReadonlyMap<string, readonly PanelAction[]>>

export const createPanelActions = (): PanelActions =>
  createStore<ReadonlyMap<string, readonly PanelAction[]>>(() => new Map())
