/** Which wire shows its toolbar: the wire under the pointer or with the focus, and for a delay after both have left. */
import { createStore, type StoreApi } from 'zustand/vanilla'

/** Long enough to move the pointer from the wire to its toolbar. */
const HIDE_DELAY_MS = 600

export interface WireFocus {
  /** The id of the wire's edge; undefined while no toolbar is shown. */
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
      }, HIDE_DELAY_MS)
    },
    dismiss: () => show(undefined),
  }
}
