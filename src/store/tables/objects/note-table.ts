// Notes and frames of the canvas in the store.
import { canvasNoteFields } from '../../../contract/objects/canvas-note-fields.ts'
import type { NoteConfig } from '../../../core/state/configuration.ts'
import type { NoteValues, PlacedStore } from '../../store.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { TransactionContext } from './object-table.ts'
import { createPlacedTable, type PlacedMapping } from './placed-table.ts'

const fields = createFieldMapping(canvasNoteFields)

export const noteMapping: PlacedMapping<'canvas_notes', NoteValues, NoteConfig> = {
  table: 'canvas_notes',
  toColumns: fields.toColumns,
  toConfig: (row) => ({
    id: row.id,
    ...fields.fromColumns(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }),
  updateMemo(memo, change) {
    if (memo.notes) memo.notes = change(memo.notes)
  },
  edits: ({ notes }) => notes,
}

export const createNoteTable = (context: TransactionContext): PlacedStore<NoteValues, NoteConfig> =>
  createPlacedTable(context, noteMapping)
