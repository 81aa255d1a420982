/** The keys of notes and frames that cards do not have, or have for something else. */
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import type { NoteActions } from '../controllers/note-actions.ts'
import type { CardNode } from '../model/nodes.ts'

export interface NoteKeys {
  /** Deleted without a question, since nothing depends on them. The focus goes to another card. */
  remove(nodes: readonly CardNode[]): Promise<void>
  /** @returns whether the key was used. */
  press(key: string, node: CardNode): boolean
}

export function createNoteKeys(
  notes: NoteActions,
  noteOf: (key: string) => CanvasNoteView | undefined,
): NoteKeys {
  return {
    async remove(nodes) {
      const hadFocus = document.activeElement?.matches('.react-flow__node') === true
      const isDone = await notes.remove(nodes.flatMap(({ id }) => noteOf(id) ?? []))
      if (isDone && hadFocus) document.querySelector<HTMLElement>('.react-flow__node')?.focus()
    },
    press(key, { id }) {
      const note = noteOf(id)
      if (note === undefined) return false
      if (key === 'Enter' || key === ' ') notes.startEdit(id)
      else if (key === '+' || key === '-') notes.resize(note, key === '+' ? 1 : -1)
      else return false
      return true
    },
  }
}
