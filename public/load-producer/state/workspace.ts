/** The UI state of the page: current view, scope of the dashboard, compared runs, open dialog. */
import { createStore, type StoreApi } from 'zustand/vanilla'

const views = ['run', 'compare', 'runs'] as const
export type View = (typeof views)[number]

type DialogRef =
  | { readonly name: 'shortcuts' | 'bridge' | 'library' | 'save-profile' }
  /** `field` is the path of the field at which the editor opens. */
  | { readonly name: 'edit'; readonly cardId: string; readonly field?: string }

export interface Workspace {
  readonly view: View
  /** Id of the card whose figures are shown; null for all cards. */
  readonly scope: string | null
  /** Ids of saved runs: before and after. */
  readonly compared: readonly [string | null, string | null]
  /** Id of the run whose details are shown. */
  readonly openRun: string | null
  /** Id of the preset that was applied last. */
  readonly preset: string | null
  readonly dialog: DialogRef | null
}

export type WorkspaceStore = StoreApi<Workspace> & { show(view: View): void }

const viewOfHash = (): View => views.find((view) => location.hash === `#/${view}`) ?? 'run'

/** Stores the view in the fragment of the URL, so that the Back button works. */
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
