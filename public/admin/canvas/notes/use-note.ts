/** A note or a frame by the id of its node. Renders with its configuration only, never with live figures. */
import { useStore } from 'zustand'
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { parseNoteKey } from '../../state/node-ref.ts'
import { useGateway } from '../../state/page/page.tsx'
import { useCanvasParts } from '../controllers/canvas-context.ts'

interface ShownNote {
  readonly note: CanvasNoteView | undefined
  readonly isEdited: boolean
}

export function useNote(key: string): ShownNote {
  const id = parseNoteKey(key)
  const { notes } = useCanvasParts()
  const note = useGateway((state) => state.canvas_notes.find((one) => one.id === id))
  return { note, isEdited: useStore(notes.editing, (editing) => editing.id === id) }
}
