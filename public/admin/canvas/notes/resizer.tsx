/** The handles at the corners and sides of a selected note or frame. */
import { NodeResizer, type OnResizeEnd } from '@xyflow/react'
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { LEAST_NOTE } from '../model/notes/note-sizes.ts'
import styles from './notes.module.css'

interface ResizerProps {
  readonly note: CanvasNoteView
  readonly selected: boolean
}

export function Resizer({ note, selected }: ResizerProps) {
  const { notes } = useCanvasParts()
  const resize: OnResizeEnd = (_event, { x, y, width, height }) =>
    void notes.edit(note, { pos_x: x, pos_y: y, width, height })
  return (
    <NodeResizer
      isVisible={selected}
      minWidth={LEAST_NOTE.width}
      minHeight={LEAST_NOTE.height}
      handleClassName={styles.handle ?? ''}
      lineClassName={styles.side ?? ''}
      onResizeEnd={resize}
    />
  )
}
