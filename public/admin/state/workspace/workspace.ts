/** What the operator is looking at: selection, open view and panels. Remembered where a person would expect it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createStoredSetting } from '../../../ui/browser/stored-setting.ts'
import type { Operation } from '../commands/gateway-operations.ts'
import type { NodeRef, WireRef } from '../node-ref.ts'
import { formatHash, parseHash, type PageLocation, type View } from './page-location.ts'

/** A dialog that more than one place opens. */
type DialogRef =
  | { readonly name: 'new-block' | 'new-token' | 'shortcuts' | 'palette' | 'sign-out' }
  /** What becomes of the draft of the card that is shown, before it is left. */
  | { readonly name: 'unsaved'; readonly goOn: () => void }
  /** With a block: the endpoint is wired to that one alone. */
  | { readonly name: 'new-endpoint'; readonly blockId?: number }
  | { readonly name: 'upkeep'; readonly operation: Operation }
  | { readonly name: 'delete'; readonly nodes: readonly NodeRef[] }

interface Workspace extends PageLocation {
  readonly outlineOpen: boolean
  /** Bumped to have the outline's search take the focus. */
  readonly searching: number
  readonly inspectorOpen: boolean
  readonly dialog: DialogRef | undefined
  /** Bumped to have the canvas centre what is selected. */
  readonly centring: number
  /** What the address has just led to, and may not be there. */
  readonly linkTarget: PageLocation | undefined
  /** A new object for each time that the canvas is asked for something from elsewhere. */
  readonly canvasRequest: { readonly what: CanvasRequest } | undefined
}

/** The media query of screens on which panels lie over the canvas. */
export const NARROW_SCREEN = '(max-width: 899px)'

export type CanvasRequest = 'fit' | 'tidy' | 'zoomIn' | 'zoomOut' | 'fullSize'

export interface WorkspaceStore extends StoreApi<Workspace> {
  show(view: View): void
  select(nodes: readonly NodeRef[], wires?: readonly WireRef[]): void
  /** Selects the node and brings it into sight, on the canvas. */
  reveal(node: NodeRef): void
  setOutlineOpen(open: boolean): void
  /** Opens the outline with its search in focus. */
  searchOutline(): void
  setInspectorOpen(open: boolean): void
  /** What the address led to has been looked for. */
  clearLinkTarget(): void
  askCanvas(what: CanvasRequest): void
  openDialog(dialog: DialogRef): void
  closeDialog(): void
  /** For who signs in next. */
  reset(): void
}

const hasSelection = ({ nodes, wires }: PageLocation): boolean => nodes.length + wires.length > 0

function workspaceAt(
  place: PageLocation,
  before: Pick<Workspace, 'centring' | 'inspectorOpen'>,
): Partial<Workspace> {
  if (!hasSelection(place)) return place
  return { ...place, linkTarget: place, inspectorOpen: true, centring: before.centring + 1 }
}

/** The address follows what is looked at, and leads there. */
function followAddress(store: StoreApi<Workspace>): void {
  store.subscribe((state) => {
    const hash = formatHash(state)
    if (hash !== formatHash(parseHash(location.hash))) history.pushState(null, '', hash)
  })
  window.addEventListener('hashchange', () => {
    const before = store.getState()
    const place = parseHash(location.hash)
    if (formatHash(place) === formatHash(before)) return
    if (place.view !== 'canvas') store.setState({ view: place.view })
    else if (before.view === 'canvas' || hasSelection(place)) store.setState(workspaceAt(place, before))
    else {
      // Back on the canvas from another view, the selection is as it was left.
      history.replaceState(null, '', formatHash({ ...before, view: 'canvas' }))
      store.setState({ view: 'canvas' })
    }
  })
}

export function createWorkspace(): WorkspaceStore {
  const outline = createStoredSetting('outline', (stored) => stored === true)
  const narrow = matchMedia(NARROW_SCREEN)
  // A sheet would cover a phone's canvas before there is anything to see in it.
  const start = { centring: 0, inspectorOpen: !narrow.matches }
  const place = parseHash(location.hash)
  const store = createStore<Workspace>(() => ({
    ...place,
    ...start,
    linkTarget: undefined,
    outlineOpen: outline.get(),
    searching: 0,
    dialog: undefined,
    canvasRequest: undefined,
    ...workspaceAt(place, start),
  }))
  followAddress(store)
  const show = (view: View): void => store.setState({ view })
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
      // Where there is little room it lies over the canvas.
      if (narrow.matches) setOutlineOpen(false)
      store.setState(({ centring }) => ({
        view: 'canvas',
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
    clearLinkTarget: () => store.setState({ linkTarget: undefined }),
    askCanvas(what) {
      show('canvas')
      store.setState({ canvasRequest: { what } })
    },
    openDialog: (dialog) => store.setState({ dialog }),
    closeDialog: () => store.setState({ dialog: undefined }),
    reset: () => store.setState({ nodes: [], wires: [], dialog: undefined, canvasRequest: undefined }),
  }
}
