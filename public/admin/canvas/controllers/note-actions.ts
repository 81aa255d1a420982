/** What operators do with notes and frames: each action runs on the server, reports its outcome and can be undone. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CanvasNoteCreate, CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { addNote, deleteNotes, editNote, type NoteEdit } from '../../state/commands/note-commands.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { Page } from '../../state/page/page.tsx'
import { parseNoteKey } from '../../state/node-ref.ts'
import { doneWords } from '../../format/done-words.ts'
import { snap, type Box, type Point, type Size } from '../model/card.ts'
import { LEAST_NOTE, TITLE_BAR } from '../model/notes/note-sizes.ts'
import type { CanvasActions } from './canvas-actions.ts'

export interface NoteActions {
  /** The id of the note whose text is being edited, on this page. */
  readonly editing: StoreApi<{ readonly id: number | undefined }>
  /** @param key - of a node; one that is no note has no text to edit. */
  startEdit(key: string): void
  /** Adds a note with its middle at a point, and lets the operator write. */
  addNote(middle: Point): void
  /** Adds a frame around cards; without any, with its middle at a point. */
  addFrame(middle: Point, around: Box | undefined): void
  /** @returns whether the server has taken it. */
  edit(note: CanvasNoteView, after: NoteEdit): Promise<boolean>
  remove(notes: readonly CanvasNoteView[]): Promise<boolean>
  /** Makes notes and frames larger or smaller by steps. */
  resize(note: CanvasNoteView, steps: number): void
}

const NOTE: Size = { width: 224, height: 128 }
const FRAME: Size = { width: 480, height: 320 }
/** Between a new frame and the cards in it. */
const AROUND = 24
/** What a key or the menu makes a note larger or smaller by. */
const STEP = 24

const replaced = (state: StateView, note: CanvasNoteView): Partial<StateView> => ({
  canvas_notes: state.canvas_notes.map((one) => (one.id === note.id ? note : one)),
})

const centred = ({ x, y }: Point, { width, height }: Size) => ({
  pos_x: snap(x - width / 2),
  pos_y: snap(y - height / 2),
  width,
  height,
})

const aroundCards = ({ x, y, width, height }: Box) => ({
  pos_x: snap(x - AROUND),
  pos_y: snap(y - AROUND - TITLE_BAR),
  width: snap(width + 2 * AROUND),
  height: snap(height + 2 * AROUND + TITLE_BAR),
})

export function createNoteActions(
  { call }: Pick<Page, 'call'>,
  { execute }: Pick<CanvasActions, 'execute'>,
): NoteActions {
  const editing = createStore<{ readonly id: number | undefined }>(() => ({ id: undefined }))
  const add = (fields: CanvasNoteCreate): void =>
    void execute({
      command: addNote(call, fields, ({ id }) => editing.setState({ id })),
      successMessage: fields.kind === 'note' ? 'Added a note' : 'Added a frame',
      optimisticState: () => ({}),
    })
  const edit: NoteActions['edit'] = (note, after) => {
    // With its new version, which the next edit begins with.
    let shown: CanvasNoteView = { ...note, ...after }
    return execute({
      command: editNote(call, note, after, (stored) => (shown = stored)),
      successMessage: `Saved the ${note.kind}`,
      optimisticState: (state) => replaced(state, shown),
    })
  }
  return {
    editing,
    startEdit(key) {
      const id = parseNoteKey(key)
      if (id !== undefined) editing.setState({ id })
    },
    edit,
    addNote: (middle) => add({ kind: 'note', text: 'Note', color: 'olive', ...centred(middle, NOTE) }),
    addFrame: (middle, around) =>
      add({ kind: 'frame', text: 'Frame', ...(around ? aroundCards(around) : centred(middle, FRAME)) }),
    remove(notes) {
      const command = deleteNotes(call, notes)
      const ids = new Set(notes.map(({ id }) => id))
      return execute(
        {
          command,
          successMessage: doneWords(command.label),
          optimisticState: (state) => ({ canvas_notes: state.canvas_notes.filter(({ id }) => !ids.has(id)) }),
        },
        true,
      )
    },
    resize: (note, steps) =>
      void edit(note, {
        width: Math.max(LEAST_NOTE.width, note.width + steps * STEP),
        height: Math.max(LEAST_NOTE.height, note.height + steps * STEP),
      }),
  }
}
