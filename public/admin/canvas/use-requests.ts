/** Does what is asked of the canvas from elsewhere on the page: by the palette. */
import { useEffect } from 'react'
import { usePage } from '../state/page.tsx'
import type { CanvasRequest } from '../state/workspace.ts'

export function useRequests(hands: Readonly<Record<CanvasRequest, () => void>>): void {
  const { workspace } = usePage()
  useEffect(
    () =>
      workspace.subscribe(({ canvasRequest }, before) => {
        if (canvasRequest && canvasRequest !== before.canvasRequest) hands[canvasRequest.what]()
      }),
    [workspace, hands],
  )
}
