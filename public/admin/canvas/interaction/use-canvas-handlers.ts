/** Connects the card mover and the key handler to React Flow and the page. */
import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useMemo } from 'react'
import { leaveCard } from '../../state/page/leave-card.ts'
import { usePage } from '../../state/page/page.tsx'
import { noteKey } from '../../state/node-ref.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import { isNote } from '../model/notes/note-nodes.ts'
import type { Point } from '../model/card.ts'
import { useShowNote } from '../notes/use-show-note.ts'
import { createKeyHandler } from './key-handler.ts'
import { createCardMover } from './card-mover.ts'
import type { Graph } from '../graph/use-graph.ts'
import { layOutInWorker } from './tidy-worker/lay-out-in-worker.ts'
import { useLatest } from './use-latest.ts'

interface View {
  readonly width: number
  readonly height: number
  readonly transform: readonly [number, number, number]
}

/** The middle of what is seen of the canvas. */
const middleOf = ({ width, height, transform: [x, y, zoom] }: View): Point => ({
  x: (width / 2 - x) / zoom,
  y: (height / 2 - y) / zoom,
})

/**
 * @param toggle - folds a group or the client tokens of a block, or unfolds them
 * @param cancelDrawing - cancels a wire that is being dragged; returns whether there was one
 * @param fitAll - fits all cards into view
 */
export function useCanvasHandlers(
  parts: CanvasParts,
  graph: Graph,
  toggle: (key: string) => void,
  cancelDrawing: () => boolean,
  fitAll: () => void,
) {
  const { gateway, workspace, drafts } = usePage()
  const { zoomIn, zoomOut, zoomTo, getNodesBounds } = useReactFlow()
  const flow = useStoreApi()
  const showNote = useShowNote()
  const latest = useLatest(graph)
  return useMemo(() => {
    const { move } = parts.actions
    const mover = createCardMover({
      graph: latest,
      state: () => gateway.getState().state,
      move,
      layOut: layOutInWorker,
    })
    const keys = createKeyHandler({
      graph: latest,
      parts,
      noteOf: (key) => gateway.getState().state?.canvas_notes.find(({ id }) => noteKey(id) === key),
      workspace,
      deselect: () => leaveCard({ workspace, drafts }, () => workspace.select([])),
      nudge: mover.nudge,
      toggle,
      cancelDrawing,
    })
    const fit = (): void => fitAll()
    return {
      mover,
      fit,
      zoomIn: () => void zoomIn(),
      zoomOut: () => void zoomOut(),
      fullSize: () => void zoomTo(1),
      /** Shows a note or frame, selects it and gives it the focus. */
      showNote(id?: number) {
        const note = gateway.getState().state?.canvas_notes.find((one) => one.id === id)
        if (note === undefined) return
        showNote(note)
        flow.getState().addSelectedNodes([noteKey(note.id)])
        workspace.askFocus({ kind: 'note', id: note.id })
      },
      addNote: () => parts.notes.addNote(middleOf(flow.getState())),
      addFrame() {
        const chosen = latest().nodes.filter((node) => node.selected === true && !isNote(node))
        const around = chosen.length > 0 ? getNodesBounds(chosen) : undefined
        parts.notes.addFrame(middleOf(flow.getState()), around)
      },
      tidy: () => void mover.tidy().then(fit),
      remove: keys.removeSelected,
      onCanvas: keys.press,
    }
  }, [
    parts,
    latest,
    gateway,
    workspace,
    drafts,
    fitAll,
    zoomIn,
    zoomOut,
    zoomTo,
    toggle,
    cancelDrawing,
    flow,
    getNodesBounds,
    showNote,
  ])
}
