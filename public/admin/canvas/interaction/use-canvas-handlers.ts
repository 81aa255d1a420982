/** Connects the card mover and the key handler to React Flow and the page. */
import { useReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import { leaveCard } from '../../state/page/leave-card.ts'
import { usePage } from '../../state/page/page.tsx'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import { FIT_OPTIONS } from '../model/fit-options.ts'
import { moveDurationMs } from '../viewport/move-duration.ts'
import { createKeyHandler } from './key-handler.ts'
import { createCardMover } from './card-mover.ts'
import type { Graph } from '../graph/use-graph.ts'
import { layOutInWorker } from './tidy-worker/lay-out-in-worker.ts'
import { useLatest } from './use-latest.ts'

/**
 * @param toggle - folds a group or the client tokens of a block, or unfolds them
 * @param cancelDrawing - cancels a wire that is being dragged; returns whether there was one
 */
export function useCanvasHandlers(
  parts: CanvasParts,
  graph: Graph,
  toggle: (key: string) => void,
  cancelDrawing: () => boolean,
) {
  const { gateway, workspace, drafts } = usePage()
  const { fitView, zoomIn, zoomOut, zoomTo } = useReactFlow()
  const latest = useLatest(graph)
  return useMemo(() => {
    const { move } = parts.actions
    const mover = createCardMover({
      graph: latest,
      state: () => gateway.getState().state,
      move,
      layOut: layOutInWorker,
    })
    const fit = (): void => void fitView({ ...FIT_OPTIONS, duration: moveDurationMs() })
    return {
      mover,
      fit,
      zoomIn: () => void zoomIn(),
      zoomOut: () => void zoomOut(),
      fullSize: () => void zoomTo(1),
      tidy: () => void mover.tidy().then(fit),
      onCanvas: createKeyHandler({
        graph: latest,
        parts,
        workspace,
        deselect: () => leaveCard({ workspace, drafts }, () => workspace.select([])),
        nudge: mover.nudge,
        toggle,
        cancelDrawing,
      }),
    }
  }, [parts, latest, gateway, workspace, drafts, fitView, zoomIn, zoomOut, zoomTo, toggle, cancelDrawing])
}
