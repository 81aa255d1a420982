/** Handles the requests that other parts of the page make to the canvas, such as the palette's. */
import { useStore } from '@xyflow/react'
import { useEffect } from 'react'
import { usePage } from '../../state/page/page.tsx'
import type { CanvasRequest } from '../../state/workspace/workspace.ts'

export function useCanvasRequests(
  handlers: Readonly<Record<CanvasRequest, (noteId?: number) => void>>,
): void {
  const { workspace } = usePage()
  // The first view of a canvas, which shows everything, comes before it.
  const isReady = useStore(({ width, fitViewQueued }) => width > 0 && !fitViewQueued)
  useEffect(() => {
    if (!isReady) return undefined
    // A request from another view waits until the canvas is there.
    const handle = (): void => {
      const { canvasRequest } = workspace.getState()
      if (canvasRequest === undefined) return
      workspace.clearCanvasRequest()
      handlers[canvasRequest.what](canvasRequest.noteId)
    }
    handle()
    return workspace.subscribe(handle)
  }, [workspace, handlers, isReady])
}
