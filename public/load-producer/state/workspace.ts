/** What a person is looking at: the view, the card whose figures are shown, the runs that are compared, the open dialog. */
import { createStore, type StoreApi } from 'zustand/vanilla'

const views = ['run', 'compare', 'runs'] as const
export type View = (typeof views)[number]

type DialogRef =
  | { readonly name: 'shortcuts' | 'bridge' | 'library' | 'save-profile' }
  /** `field` is where the editor opens: the path of a fault. */
  | { readonly name: 'edit'; readonly cardId: string; readonly field?: string }

export interface Workspace {
  readonly view: View
  /** A card's id; null for all. */
  readonly scope: string | null
  /** Ids of saved runs: before and after. */
  readonly compared: readonly [string | null, string | null]
  readonly openRun: string | null
  readonly preset: string | null
  readonly dialog: DialogRef | null
}

export type WorkspaceStore = StoreApi<Workspace> & { show(view: View): void }

const viewOfHash = (): View => views.find((view) => location.hash === `#/${view}`) ?? 'run'

/** The view stands in the URL's fragment, so that Back works. */
export function createWorkspace(): WorkspaceStore {
  const store = createStore<Workspace>(() => ({
    view: viewOfHash(),
    scope: null,
    compared: [null, null],
    openRun: null,
    preset: null,
    dialog: null,
  }))
  window.addEventListener('hashchange', () => store.setState({ view: viewOfHash() }))
  return {
    ...store,
    show(view) {
      if (view !== store.getState().view) location.hash = `#/${view}`
      store.setState({ view })
    },
  }
}
