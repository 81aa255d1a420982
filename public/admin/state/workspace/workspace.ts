/** The selection, the open view and the open panels; the address and the browser's storage keep a part of it. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createStoredSetting } from '../../../ui/browser/stored-setting.ts'
import type { Operation } from '../commands/gateway-operations.ts'
import type { CanvasItem, NodeRef, WireRef } from '../node-ref.ts'
import { formatHash, parseHash, type PageLocation, type View } from './page-location.ts'

/** A dialog that is opened from more than one component. */
type DialogRef =
  | { readonly name: 'new-block' | 'new-token' | 'shortcuts' | 'palette' | 'sign-out' }
  /** Shows a new client token's value, which cannot be shown again: no other dialog replaces this one. */
  | { readonly name: 'created-token'; readonly created: CreatedTokenValue }
  /** Asks whether to save or discard the draft of the shown card. */
  | { readonly name: 'unsaved'; readonly goOn: () => void }
  /** With `blockId`, the endpoint is wired to that block only. */
  | { readonly name: 'new-endpoint'; readonly blockId?: number }
  /** Of a group of endpoints. */
  | { readonly name: 'rename-group'; readonly group: string }
  /** Without `aliasId`, a new one. */
  | { readonly name: 'alias'; readonly aliasId?: number }
  | { readonly name: 'upkeep'; readonly operation: Operation }
  /** @param noteIds - of notes and frames that are deleted with the cards. */
  | { readonly name: 'delete'; readonly nodes: readonly NodeRef[]; readonly noteIds?: readonly number[] }
  /** Asks whether the endpoints' requests in flight finish or end. @param ends - what is chosen at first */
  | { readonly name: 'disable'; readonly endpointIds: readonly number[]; readonly ends?: boolean }

export interface CreatedTokenValue {
  readonly id: number
  readonly name: string
  readonly token: string
}

interface Workspace extends PageLocation {
  /** Ids of the notes and frames that are selected; the canvas alone selects them. */
  readonly notes: readonly number[]
  readonly outlineOpen: boolean
  /** Incremented to focus the outline's search. */
  readonly searching: number
  readonly inspectorOpen: boolean
  /** What is searched for in the models view. */
  readonly modelSearch: string
  readonly dialog: DialogRef | undefined
  /** Incremented to centre the canvas on the selection. */
  readonly centring: number
  /** A new object for each card that is to get the focus, once it is there and no dialog is open. */
  readonly focusRequest: { readonly node: CanvasItem } | undefined
  /** The location that the address has led to; its object may not exist. */
  readonly linkTarget: PageLocation | undefined
  /** The block whose wires have been copied. */
  readonly copiedWires: number | undefined
  /** A new object for each request to the canvas. */
  readonly canvasRequest: { readonly what: CanvasRequest; readonly noteId?: number | undefined } | undefined
}

/** The media query of screens on which panels lie over the canvas. */
export const NARROW_SCREEN = '(max-width: 899px)'

export type CanvasRequest =
  | 'fit'
  | 'tidy'
  | 'zoomIn'
  | 'zoomOut'
  | 'fullSize'
  | 'addNote'
  | 'addFrame'
  | 'showNote'
  | 'remove'

export interface WorkspaceStore extends StoreApi<Workspace> {
  show(view: View): void
  select(nodes: readonly NodeRef[], wires?: readonly WireRef[]): void
  /** Called by the canvas. */
  selectNotes(ids: readonly number[]): void
  /** Selects the node and brings it into view on the canvas. */
  reveal(node: NodeRef): void
  /** Brings a note or frame into view on the canvas, and gives it the focus. */
  revealNote(id: number): void
  askFocus(node: CanvasItem): void
  setOutlineOpen(open: boolean): void
  /** Opens the outline and focuses its search. */
  searchOutline(): void
  setInspectorOpen(open: boolean): void
  searchModels(text: string): void
  copyWires(blockId: number): void
  /** @param filter - as in the address. */
  filterRequests(filter: string): void
  /** The link target has been looked up. */
  clearLinkTarget(): void
  /** @param noteId - of the note or frame to be shown. */
  askCanvas(what: CanvasRequest, noteId?: number): void
  /** The canvas has done what it was asked for. */
  clearCanvasRequest(): void
  /** Replaces the dialog that is open, unless that one shows a new client token. */
  openDialog(dialog: DialogRef): void
  closeDialog(): void
  /** Closes this dialog if it is still the open one. Called when the request of a dialog has ended. */
  finishDialog(dialog: DialogRef | undefined): void
  /** Clears what the next operator must not see. */
  reset(): void
}

const hasSelection = ({ nodes, wires }: PageLocation): boolean => nodes.length + wires.length > 0

function workspaceAt(
  target: PageLocation,
  before: Pick<Workspace, 'centring' | 'inspectorOpen'>,
): Partial<Workspace> {
  if (!hasSelection(target)) return target
  return { ...target, linkTarget: target, inspectorOpen: true, centring: before.centring + 1 }
}

/** Keeps the address and the workspace in step, in both directions. */
function followAddress(store: StoreApi<Workspace>): void {
  store.subscribe((state) => {
    const hash = formatHash(state)
    const before = parseHash(location.hash)
    if (hash === formatHash(before)) return
    // Back leads to the view before, not to each letter of its filter.
    if (state.view === 'requests' && before.view === 'requests') history.replaceState(null, '', hash)
    else history.pushState(null, '', hash)
  })
  window.addEventListener('hashchange', () => {
    const before = store.getState()
    const target = parseHash(location.hash)
    if (formatHash(target) === formatHash(before)) return
    if (target.view !== 'canvas') store.setState({ view: target.view, filter: target.filter })
    else if (before.view === 'canvas' || hasSelection(target)) store.setState(workspaceAt(target, before))
    else {
      // Back on the canvas from another view, the selection is restored.
      history.replaceState(null, '', formatHash({ ...before, view: 'canvas' }))
      store.setState({ view: 'canvas' })
    }
  })
}

/** @param inspectorOpen - unless the address names an object, which opens it. */
function firstWorkspace(outlineOpen: boolean, inspectorOpen: boolean): Workspace {
  const start = { centring: 0, inspectorOpen }
  const target = parseHash(location.hash)
  return {
    ...target,
    ...start,
    notes: [],
    linkTarget: undefined,
    outlineOpen,
    searching: 0,
    modelSearch: '',
    copiedWires: undefined,
    dialog: undefined,
    canvasRequest: undefined,
    focusRequest: undefined,
    ...workspaceAt(target, start),
  }
}

export function createWorkspace(): WorkspaceStore {
  const outline = createStoredSetting('outline', (stored) => stored === true)
  const narrow = matchMedia(NARROW_SCREEN)
  // On a phone the inspector would cover the canvas although nothing is selected.
  const store = createStore<Workspace>(() => firstWorkspace(outline.get(), !narrow.matches))
  followAddress(store)
  const show = (view: View): void => store.setState({ view, filter: undefined })
  const setOutlineOpen = (open: boolean): void => {
    outline.set(open)
    store.setState({ outlineOpen: open })
  }
  const askCanvas: WorkspaceStore['askCanvas'] = (what, noteId) => {
    show('canvas')
    store.setState({ canvasRequest: { what, noteId } })
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
    selectNotes: (notes) => store.setState({ notes }),
    reveal(node) {
      // On a narrow screen the outline lies over the canvas.
      if (narrow.matches) setOutlineOpen(false)
      store.setState(({ centring }) => ({
        view: 'canvas',
        nodes: [node],
        wires: [],
        inspectorOpen: true,
        centring: centring + 1,
      }))
    },
    revealNote(id) {
      if (narrow.matches) setOutlineOpen(false)
      askCanvas('showNote', id)
    },
    askFocus: (node) => store.setState({ focusRequest: { node } }),
    searchOutline() {
      setOutlineOpen(true)
      store.setState(({ searching }) => ({ searching: searching + 1 }))
    },
    setInspectorOpen: (open) => store.setState({ inspectorOpen: open }),
    copyWires: (copiedWires) => store.setState({ copiedWires }),
    filterRequests: (filter) => store.setState({ filter }),
    searchModels: (text) => store.setState({ modelSearch: text }),
    clearLinkTarget: () => store.setState({ linkTarget: undefined }),
    askCanvas,
    clearCanvasRequest: () => store.setState({ canvasRequest: undefined }),
    openDialog: (dialog) =>
      store.setState(({ dialog: open }) => ({ dialog: open?.name === 'created-token' ? open : dialog })),
    closeDialog: () => store.setState({ dialog: undefined }),
    finishDialog: (dialog) =>
      store.setState(({ dialog: open }) => ({ dialog: open === dialog ? undefined : open })),
    reset: () =>
      store.setState({
        nodes: [],
        wires: [],
        filter: undefined,
        modelSearch: '',
        copiedWires: undefined,
        dialog: undefined,
        canvasRequest: undefined,
        focusRequest: undefined,
      }),
  }
}
