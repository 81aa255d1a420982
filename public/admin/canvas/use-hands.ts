/** What moves cards, and what keys do. */
import { useReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import { leaveCard } from '../state/leave-card.ts'
import { usePage } from '../state/page.tsx'
import type { CanvasParts } from './canvas-context.ts'
import { FIT } from './fit.ts'
import { createKeyStrokes } from './key-strokes.ts'
import { createMover } from './mover.ts'
import type { Graph } from './use-graph.ts'
import { useLatest } from './use-latest.ts'

/** @param cancelDrawing - lets go of the wire in a hand. */
export function useHands(parts: CanvasParts, graph: Graph, cancelDrawing: () => boolean) {
  const { gateway, workspace, drafts } = usePage()
  const { fitView, zoomIn, zoomOut, zoomTo } = useReactFlow()
  const latest = useLatest(graph)
  return useMemo(() => {
    const { move } = parts.actions
    const mover = createMover({ graph: latest, state: () => gateway.getState().state, move })
    const fit = (): void => void fitView(FIT)
    return {
      mover,
      fit,
      zoomIn: () => void zoomIn(),
      zoomOut: () => void zoomOut(),
      fullSize: () => void zoomTo(1),
      tidy: () => void mover.tidy().then(fit),
      onCanvas: createKeyStrokes({
        graph: latest,
        parts,
        workspace,
        deselect: () => leaveCard({ workspace, drafts }, () => workspace.select([])),
        nudge: mover.nudge,
        cancelDrawing,
      }),
    }
  }, [parts, latest, gateway, workspace, drafts, fitView, zoomIn, zoomOut, zoomTo, cancelDrawing])
}
