/** Commands for notes and frames of the canvas, and for the groups of endpoints. */
import type { CanvasNoteCreate, CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import type { CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
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

/** @param etag - of the note that the operator saw; the server refuses the edit if it has changed since. */
export function editNote(call: CallAdmin, note: CanvasNoteView, after: NoteEdit): Command {
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, note[name as keyof NoteEdit]]))
  const { id, etag, kind, text } = note
  return {
    ...editObject(call, { node: { kind: 'note', id }, name: text, etag, after, before }),
    label: `edit ${kind} ${noteTitle(text)}`,
  }
}

export function deleteNotes(call: CallAdmin, notes: readonly CanvasNoteView[]): Command {
  const [first, ...others] = notes
  const words =
    first && others.length === 0
      ? `${first.kind} ${noteTitle(first.text)}`
      : `${notes.length} notes and frames`
  return compound(
    `delete ${words}`,
    notes.map(({ id, text }) => deleteObject(call, { kind: 'note', id }, text)),
  )
}

export const renameGroup = (call: CallAdmin, from: string, to: string): Command => ({
  label: `rename the group ${from} to ${to}`,
  run: () => call('PATCH', '/endpoint-groups', { body: { group: from, name: to } }),
  undo: () => call('PATCH', '/endpoint-groups', { body: { group: to, name: from } }),
})

/** @param after - null for the page's own choice. */
export const colorGroup = (
  call: CallAdmin,
  group: string,
  after: CanvasColor | null,
  before: CanvasColor | null,
): Command => ({
  label: `colour of the group ${group}`,
  run: () => call('PATCH', '/endpoint-groups', { body: { group, color: after } }),
  undo: () => call('PATCH', '/endpoint-groups', { body: { group, color: before } }),
})
