/** A note on the canvas: plain text on a coloured card, edited in place. */
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import hue from '../cards/hue.module.css'
import { memoCard } from '../cards/frame/memo-card.ts'
import { NoteEditor } from './note-editor.tsx'
import styles from './notes.module.css'
import { Resizer } from './resizer.tsx'
import { useNote } from './use-note.ts'

export const NoteCard = memoCard(function NoteCard({ id, selected }) {
  const { note, isEdited } = useNote(id)
  if (note === undefined) return null
  return (
    <>
      <Resizer note={note} selected={selected} />
      <div
        className={joinClasses(styles.note, hue.hue)}
        data-hue={note.color}
        data-selected={selected || undefined}
      >
        {isEdited ? (
          <NoteEditor note={note} className={styles.editor} label="Text of the note" />
        ) : (
          <p className={joinClasses(styles.text, selected && 'nowheel')}>{note.text}</p>
        )}
      </div>
    </>
  )
})
