/** Does what is asked of the canvas from elsewhere on the page: by the palette. */
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
