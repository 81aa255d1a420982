// Shows a note or a frame of the canvas to the admin and to the audit.
import type { CanvasNoteView } from '../../contract/canvas/canvas-note.ts'
import { canvasNoteFields } from '../../contract/objects/canvas-note-fields.ts'
import { findById, type Configuration, type NoteConfig } from '../../core/state/configuration.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { noteEtag } from '../changes/etag.ts'
import { createFieldView } from '../changes/field-values.ts'

const settings = createFieldView(canvasNoteFields)

export const noteView = (note: NoteConfig): CanvasNoteView => ({
  id: note.id,
  etag: noteEtag(note),
  ...settings(note),
  created_at: note.createdAt,
  updated_at: note.updatedAt,
})

export function describeNote({ notes }: Configuration, id: number): AuditFields | null {
  const note = findById(notes, id)
  return note ? settings(note) : null
}
