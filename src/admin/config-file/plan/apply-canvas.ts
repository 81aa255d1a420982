// Applies the part of a configuration file's plan that is about the canvas alone.
import { canvasNoteFields } from '../../../contract/objects/canvas-note-fields.ts'
import { initialValues } from '../../../contract/objects/field-table.ts'
import type { Configuration } from '../../../core/state/configuration.ts'
import type { StoreTransaction } from '../../../store/store.ts'
import { describeNote } from '../../canvas/note-view.ts'
import type { Touched } from '../../changes/apply-change.ts'
import { mergeValues } from '../../changes/field-values.ts'
import type { CanvasPlan, Planned } from './config-plan.ts'

const verbOf = ({ before, after }: Planned<unknown>) =>
  before === null ? 'create' : after === null ? 'delete' : 'update'

/** @param done - records a changed object for the audit. */
export async function applyCanvas(
  { notes, groups }: CanvasPlan,
  tx: StoreTransaction,
  done: (touched: Touched) => void,
): Promise<void> {
  for (const change of notes.changes) {
    const { after } = change
    let { id } = change
    if (after !== null) {
      const values = mergeValues(canvasNoteFields, after, initialValues(canvasNoteFields))
      if (id === null) id = (await tx.notes.insert(values)).id
      else await tx.notes.update(id, values)
    } else if (id !== null) await tx.notes.delete(id)
    const noteId = id ?? 0
    const describe = (configuration: Configuration) => describeNote(configuration, noteId)
    done({ objectType: 'canvas_note', verb: verbOf(change), id: noteId, describe })
  }
  for (const change of groups) {
    const name = (change.after ?? change.before)?.name ?? ''
    if (change.after === null) await tx.groupColors.clear(name)
    else await tx.groupColors.set(change.after)
    const describe = ({ groupColors }: Configuration) => {
      const group = groupColors.find((one) => one.name === name)
      return group ? { name, color: group.color } : null
    }
    done({ objectType: 'endpoint_group', verb: verbOf(change), id: name, describe })
  }
}
