/** Handles the requests that other parts of the page make to the canvas, such as the palette's. */
import { useEffect } from 'react'
import { usePage } from '../../state/page/page.tsx'
import type { CanvasRequest } from '../../state/workspace/workspace.ts'

export function useCanvasRequests(handlers: Readonly<Record<CanvasRequest, () => void>>): void {
  const { workspace } = usePage()
  useEffect(
    () =>
      workspace.subscribe(({ canvasRequest }, before) => {
        if (canvasRequest && canvasRequest !== before.canvasRequest) handlers[canvasRequest.what]()
      }),
    [workspace, handlers],
  )
}
