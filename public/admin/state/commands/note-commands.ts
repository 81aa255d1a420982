/** Commands for notes and frames of the canvas. */
import type { CanvasNoteCreate, CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import { noteTitle } from '../../format/note-title.ts'
import { compound, type Command } from './history.ts'
import { createObject, deleteObject, editObject } from './object-commands.ts'

/** The fields that are changed. */
export type NoteEdit = Partial<Omit<CanvasNoteView, 'id' | 'etag' | 'kind' | 'created_at' | 'updated_at'>>

/** @param onCreated - called once. */
export const addNote = (
  call: CallAdmin,
  fields: CanvasNoteCreate,
  onCreated: (created: CanvasNoteView) => void,
): Command => ({
  ...createObject<CanvasNoteCreate, CanvasNoteView>(call, 'note', fields, onCreated),
  label: `add a ${fields.kind}`,
})

/** @param onStored - called with the note as the server has it. */
export function editNote(
  call: CallAdmin,
  note: CanvasNoteView,
  after: NoteEdit,
  onStored: (stored: CanvasNoteView) => void,
): Command {
  const { id, etag, kind, text } = note
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, note[name as keyof NoteEdit]]))
  const name = noteTitle(text)
  return {
    ...editObject(call, { node: { kind: 'note', id }, name, etag, after, before }, onStored),
    label: `edit ${kind} ${name}`,
  }
}

/** @example 'note “Rack 3”', '3 notes and frames' */
export function notesWords(notes: readonly CanvasNoteView[]): string {
  const [first, ...others] = notes
  return first && others.length === 0
    ? `${first.kind} “${noteTitle(first.text)}”`
    : `${notes.length} notes and frames`
}

export const deleteNotes = (call: CallAdmin, notes: readonly CanvasNoteView[]): Command =>
  compound(
    `delete ${notesWords(notes)}`,
    notes.map(({ id, text }) => deleteObject(call, { kind: 'note', id }, noteTitle(text))),
  )
