/** Brings a note into view at a size at which its text can be read. */
import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useCallback } from 'react'
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { TITLE_BAR } from '../model/notes/note-sizes.ts'
import { moveDurationMs } from '../viewport/move-duration.ts'

const LEAST_ZOOM = 1
const MARGIN = 24
/** Of a wider one the beginning is enough. */
const READ_WIDTH = 240

export function useShowNote(): (note: CanvasNoteView) => void {
  const { setCenter } = useReactFlow()
  const flow = useStoreApi()
  return useCallback(
    ({ kind, pos_x, pos_y, width, height }) => {
      const { width: seenWidth, height: seenHeight, transform } = flow.getState()
      const [x, y, zoom] = transform
      // Of a frame only the title is read.
      const shown = kind === 'frame' ? TITLE_BAR : height
      const [left, top] = [pos_x * zoom + x, pos_y * zoom + y]
      const isSeen =
        left >= MARGIN &&
        top >= MARGIN &&
        left + Math.min(width, READ_WIDTH) * zoom <= seenWidth - MARGIN &&
        top + shown * zoom <= seenHeight - MARGIN
      if (isSeen && zoom >= LEAST_ZOOM) return
      const most = Math.max(LEAST_ZOOM, zoom)
      // A narrow screen shows the beginning of wide ones.
      const middle = Math.min(width / 2, (seenWidth / 2 - MARGIN) / most)
      void setCenter(pos_x + middle, pos_y + shown / 2, { zoom: most, duration: moveDurationMs() })
    },
    [flow, setCenter],
  )
}
