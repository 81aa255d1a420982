/** What the operator is looking at: selection, open view and panels. Remembered where a person would expect it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createStoredSetting } from '../../ui/stored-setting.ts'

export type NodeKind = 'endpoint' | 'block' | 'token'

/** A card on the canvas. */
export interface NodeRef {
  readonly kind: NodeKind
  readonly id: number
}

export interface WireRef {
  readonly blockId: number
  readonly endpointId: number
}

const views = ['canvas', 'usage', 'audit', 'settings'] as const
export type View = (typeof views)[number]

/** A dialog that more than one place opens. */
type DialogRef =
  | { readonly name: 'new-block' | 'new-token' | 'shortcuts' | 'palette' | 'sign-out' }
  /** What becomes of the draft of the card that is shown, before it is left. */
  | { readonly name: 'unsaved'; readonly goOn: () => void }
  /** With a block: the endpoint is wired to that one alone. */
  | { readonly name: 'new-endpoint'; readonly blockId?: number }
  | { readonly name: 'delete'; readonly nodes: readonly NodeRef[] }

interface Workspace {
  readonly view: View
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
  readonly outlineOpen: boolean
  /** Bumped to have the outline's search take the focus. */
  readonly searching: number
  readonly inspectorOpen: boolean
  readonly dialog: DialogRef | undefined
  /** Bumped to have the canvas centre the selected nodes. */
  readonly centring: number
  /** A new object for each time that the canvas is asked for something from elsewhere. */
  readonly canvasRequest: { readonly what: CanvasRequest } | undefined
}

export type CanvasRequest = 'fit' | 'tidy'

export interface WorkspaceStore extends StoreApi<Workspace> {
  show(view: View): void
  select(nodes: readonly NodeRef[], wires?: readonly WireRef[]): void
  /** Selects the node and brings it into sight, on the canvas. */
  reveal(node: NodeRef): void
  setOutlineOpen(open: boolean): void
  /** Opens the outline with its search in focus. */
  searchOutline(): void
  setInspectorOpen(open: boolean): void
  askCanvas(what: CanvasRequest): void
  openDialog(dialog: DialogRef): void
  closeDialog(): void
  /** For who signs in next. */
  forget(): void
}

export const sameNode = (left: NodeRef, right: NodeRef): boolean =>
  left.kind === right.kind && left.id === right.id

const viewOfHash = (): View => views.find((view) => location.hash === `#/${view}`) ?? 'canvas'

/** The view stands in the URL's fragment, so that Back works and a link can be sent. */
export function createWorkspace(): WorkspaceStore {
  const outline = createStoredSetting('outline', (stored) => stored === true)
  const narrow = matchMedia('(max-width: 899px)')
  const store = createStore<Workspace>(() => ({
    view: viewOfHash(),
    nodes: [],
    wires: [],
    outlineOpen: outline.get(),
    searching: 0,
    // A sheet would cover a phone's canvas before there is anything to see in it.
    inspectorOpen: !narrow.matches,
    dialog: undefined,
    centring: 0,
    canvasRequest: undefined,
  }))
  window.addEventListener('hashchange', () => store.setState({ view: viewOfHash() }))
  const show = (view: View): void => {
    if (view !== store.getState().view) location.hash = `#/${view}`
    store.setState({ view })
  }
  const setOutlineOpen = (open: boolean): void => {
    outline.set(open)
    store.setState({ outlineOpen: open })
  }
  return {
    ...store,
    show,
    setOutlineOpen,
    select: (nodes, wires = []) =>
      store.setState((before) => ({
        nodes,
        wires,
        inspectorOpen: before.inspectorOpen || nodes.length > 0,
      })),
    reveal(node) {
      show('canvas')
      // Where there is little room it lies over the canvas.
      if (narrow.matches) setOutlineOpen(false)
      store.setState(({ centring }) => ({
        nodes: [node],
        wires: [],
        inspectorOpen: true,
        centring: centring + 1,
      }))
    },
    searchOutline() {
      setOutlineOpen(true)
      store.setState(({ searching }) => ({ searching: searching + 1 }))
    },
    setInspectorOpen: (open) => store.setState({ inspectorOpen: open }),
    askCanvas(what) {
      show('canvas')
      store.setState({ canvasRequest: { what } })
    },
    openDialog: (dialog) => store.setState({ dialog }),
    closeDialog: () => store.setState({ dialog: undefined }),
    forget: () => store.setState({ nodes: [], wires: [], dialog: undefined, canvasRequest: undefined }),
  }
}
