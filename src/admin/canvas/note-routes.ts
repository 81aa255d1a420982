// Routes of notes and frames on the canvas: list, create, change, delete, restore.
import {
  canvasNoteCreate,
  canvasNoteList,
  canvasNotePatch,
  canvasNoteView,
} from '../../contract/canvas/canvas-note.ts'
import { okView } from '../../contract/gateway.ts'
import { canvasNoteFields, MAX_NOTES } from '../../contract/objects/canvas-note-fields.ts'
import { initialValues } from '../../contract/objects/field-table.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { NoteConfig, Snapshot } from '../../core/state/configuration.ts'
import { noteEtag } from '../changes/etag.ts'
import { mergeValues } from '../changes/field-values.ts'
import { checkVersionOf, type ObjectDefinition } from '../changes/object-definition.ts'
import { requireObject } from '../changes/require-object.ts'
import { deleteObject, restoreObject } from '../changes/soft-deletion.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { describeNote, noteView } from './note-view.ts'

const view = (snapshot: Snapshot, id: number) =>
  noteView(requireObject(snapshot.noteById, id, 'note or frame'))

const NOTE_DEFINITION = {
  objectType: 'canvas_note',
  kind: 'note or frame',
  objects: (tx) => tx.notes,
  byId: ({ noteById }) => noteById,
  describe: describeNote,
  etagOf: noteEtag,
  view,
} satisfies ObjectDefinition<NoteConfig>

function checkRoom({ notes }: Snapshot): void {
  if (notes.length >= MAX_NOTES)
    throw gatewayError('LB_ERR_CONFLICT', `The canvas takes at most ${MAX_NOTES} notes and frames.`)
}

export function createNoteRoutes({ state, applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/canvas-notes',
      summary: 'List the notes and frames of the canvas',
      response: canvasNoteList,
      handle: () => state.snapshot().notes.map(noteView),
    }),
    defineRoute({
      method: 'POST',
      path: '/canvas-notes',
      summary: 'Create a note or a frame',
      body: canvasNoteCreate,
      response: canvasNoteView,
      refuses: [409],
      handle: ({ body, author }) =>
        applyChange(author, {
          ...NOTE_DEFINITION,
          verb: 'create',
          async work(tx, current) {
            checkRoom(current)
            const values = mergeValues(canvasNoteFields, body, initialValues(canvasNoteFields))
            return (await tx.notes.insert(values)).id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'GET',
      path: '/canvas-notes/{id}',
      summary: 'One note or frame',
      response: canvasNoteView,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/canvas-notes/{id}',
      summary: 'Change a note or a frame',
      body: canvasNotePatch,
      response: canvasNoteView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...NOTE_DEFINITION,
          verb: 'update',
          ...checkVersionOf(NOTE_DEFINITION, id),
          async work(tx, current) {
            const base = requireObject(current.noteById, id, 'note or frame')
            await tx.notes.update(id, mergeValues(canvasNoteFields, body, base))
            return id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/canvas-notes/{id}',
      summary: 'Delete a note or a frame',
      response: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(NOTE_DEFINITION, id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/canvas-notes/{id}/restore',
      summary: 'Restore a deleted note or frame',
      response: canvasNoteView,
      refuses: [409],
      handle: ({ ids: { id }, author }) =>
        applyChange(
          author,
          restoreObject(NOTE_DEFINITION, id, author.ifMatch, (_restored, current) => checkRoom(current)),
        ),
    }),
  ]
}
