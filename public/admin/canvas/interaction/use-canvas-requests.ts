/** Handles the requests that other parts of the page make to the canvas, such as the palette's. */
import { useEffect } from 'react'
import { usePage } from '../../state/page/page.tsx'
import type { CanvasRequest } from '../../state/workspace/workspace.ts'

export function useCanvasRequests(handlers: Readonly<Record<CanvasRequest, () => void>>): void {
  const { workspace } = usePage()
  useEffect(() => {
    // A request from another view waits until the canvas is there.
    const handle = (): void => {
      const { canvasRequest } = workspace.getState()
      if (canvasRequest === undefined) return
      workspace.clearCanvasRequest()
      handlers[canvasRequest.what]()
    }
    handle()
    return workspace.subscribe(handle)
  }, [workspace, handlers])
}
