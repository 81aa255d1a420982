/** Which wire shows its toolbar: the one under the pointer or the focus, and for a while after they have left. */
import { createStore, type StoreApi } from 'zustand/vanilla'

/** Long enough to get from the wire to its toolbar. */
const LINGERS_MS = 600

export interface WireFocus {
  /** The edge's id; undefined where none is. */
  readonly store: StoreApi<{ readonly active: string | undefined }>
  enter(edgeId: string): void
  leave(edgeId: string): void
  /** Hides it at once. */
  dismiss(): void
}

export function createWireFocus(): WireFocus {
  const store = createStore<{ readonly active: string | undefined }>(() => ({ active: undefined }))
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = (active: string | undefined): void => {
    clearTimeout(timer)
    if (store.getState().active !== active) store.setState({ active })
  }
  return {
    store,
    enter: show,
    leave(edgeId) {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (store.getState().active === edgeId) show(undefined)
      }, LINGERS_MS)
    },
    dismiss: () => show(undefined),
  }
}
