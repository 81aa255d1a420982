// Notes and frames of the canvas in the store.
import { canvasNoteFields } from '../../../contract/objects/canvas-note-fields.ts'
import type { NoteConfig } from '../../../core/state/configuration.ts'
import type { NoteValues, PlacedStore } from '../../store.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { TransactionContext } from './object-table.ts'
import { createPlacedTable, type PlacedMapping } from './placed-table.ts'

export const noteMapping: PlacedMapping<'canvas_notes', NoteValues, NoteConfig> = {
  table: 'canvas_notes',
  ...createFieldMapping(canvasNoteFields),
  updateMemo(memo, change) {
    if (memo.notes) memo.notes = change(memo.notes)
  },
  edits: ({ notes }) => notes,
}

export const createNoteTable = (context: TransactionContext): PlacedStore<NoteValues, NoteConfig> =>
  createPlacedTable(context, noteMapping)
