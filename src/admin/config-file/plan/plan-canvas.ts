// Compares the notes, frames and colours of groups in a configuration file with those on the canvas.
import { canvasNoteFields, MAX_NOTES } from '../../../contract/objects/canvas-note-fields.ts'
import { initialValues } from '../../../contract/objects/field-table.ts'
import type { ConfigFile } from '../../../contract/config-file.ts'
import { MAX_GROUP_COLORS } from '../../../contract/canvas/endpoint-group.ts'
import type { GroupColor, NoteConfig, Snapshot } from '../../../core/state/configuration.ts'
import { mergeValues } from '../../changes/field-values.ts'
import { byPlace, noteForm, type NoteForm } from '../config-forms.ts'
import type { CanvasPlan, Planned } from './config-plan.ts'
import { planError } from './plan-error.ts'

const isSameForm = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Notes have no names: their text tells which is which, and the places on the canvas those of the same text. */
const identityOf = ({ kind, text }: Pick<NoteForm, 'kind' | 'text'>): string => `${kind} ${text}`

const completeNote = (entry: NonNullable<ConfigFile['canvas_notes']>[number]): NoteForm =>
  noteForm(mergeValues(canvasNoteFields, entry, initialValues(canvasNoteFields)))

function planNotes(file: ConfigFile, notes: readonly NoteConfig[], prune: boolean): CanvasPlan['notes'] {
  if (file.canvas_notes === undefined) return { changes: [], unlisted: 0 }
  const stored = new Map(
    [...Map.groupBy(notes, identityOf)].map(([identity, alike]) => [
      identity,
      alike.map((note) => ({ id: note.id, form: noteForm(note) })).sort((a, b) => byPlace(a.form, b.form)),
    ]),
  )
  const changes = file.canvas_notes.flatMap((entry): Planned<NoteForm>[] => {
    const after = completeNote(entry)
    const note = stored.get(identityOf(after))?.shift()
    const before = note?.form ?? null
    return isSameForm(before, after) ? [] : [{ id: note?.id ?? null, before, after }]
  })
  const rest = [...stored.values()].flat()
  if (!prune) return { changes, unlisted: rest.length }
  const deleted = rest.map(({ id, form }) => ({ id, before: form, after: null }))
  return { changes: [...changes, ...deleted], unlisted: 0 }
}

function planGroups(file: ConfigFile, colors: readonly GroupColor[], prune: boolean): CanvasPlan['groups'] {
  const listed = new Map((file.endpoint_groups ?? []).map(({ name, color }) => [name, { name, color }]))
  const stored = new Map(colors.map((group) => [group.name, group]))
  const changed = [...listed.values()].flatMap((after) => {
    const before = stored.get(after.name) ?? null
    return before?.color === after.color ? [] : [{ id: null, before, after }]
  })
  if (file.endpoint_groups === undefined || !prune) return changed
  const rest = colors.filter(({ name }) => !listed.has(name))
  return [...changed, ...rest.map((before) => ({ id: null, before, after: null }))]
}

const added = (changes: readonly Planned<unknown>[]): number =>
  changes.reduce((sum, { before, after }) => sum + Number(before === null) - Number(after === null), 0)

/** Throws a plan error if the canvas would have more than it takes. */
export function planCanvas(
  file: ConfigFile,
  { notes, groupColors }: Pick<Snapshot, 'notes' | 'groupColors'>,
  prune: boolean,
): CanvasPlan {
  const plan = { notes: planNotes(file, notes, prune), groups: planGroups(file, groupColors, prune) }
  const names = (file.endpoint_groups ?? []).map(({ name }) => name)
  const errors = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ pointer: `/endpoint_groups/${index}`, detail: `Repeats the name ${JSON.stringify(name)}.` }],
  )
  if (notes.length + added(plan.notes.changes) > MAX_NOTES)
    errors.push({ pointer: '/canvas_notes', detail: `There would be more than ${MAX_NOTES} of them.` })
  if (groupColors.length + added(plan.groups) > MAX_GROUP_COLORS)
    errors.push({
      pointer: '/endpoint_groups',
      detail: `There would be more than ${MAX_GROUP_COLORS} of them.`,
    })
  if (errors.length > 0) throw planError(errors)
  return plan
}
