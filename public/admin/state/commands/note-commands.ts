/** Commands for notes and frames of the canvas, and for the groups of endpoints. */
import type { CanvasNoteCreate, CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import type { CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import { noteTitle } from '../../format/note-title.ts'
import { compound, type Command } from './history.ts'
import { createObject, deleteObject } from './object-commands.ts'
import { objectPath } from '../node-ref.ts'

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

/** Refused with 412 if the note has changed since the operator saw it. @param onStored - called with the note as the server has it. */
export function editNote(
  call: CallAdmin,
  note: CanvasNoteView,
  after: NoteEdit,
  onStored: (stored: CanvasNoteView) => void,
): Command {
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, note[name as keyof NoteEdit]]))
  const path = objectPath({ kind: 'note', id: note.id })
  let seen = note.etag
  const patch = async (fields: object): Promise<void> => {
    const stored = await call<CanvasNoteView>('PATCH', path, { body: fields, ifMatch: seen })
    // Undo must not overwrite later changes of other operators.
    seen = stored.etag
    onStored(stored)
  }
  return {
    label: `edit ${note.kind} ${noteTitle(note.text)}`,
    run: () => patch(after),
    undo: () => patch(before),
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
