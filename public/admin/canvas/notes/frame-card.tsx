/** A frame behind cards: a title, and an area that moves what is inside of it. */
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import hue from '../cards/hue.module.css'
import { memoCard } from '../cards/frame/memo-card.ts'
import { NoteEditor } from './note-editor.tsx'
import styles from './notes.module.css'
import { Resizer } from './resizer.tsx'
import { useNote } from './use-note.ts'

export const FrameCard = memoCard(function FrameCard({ id, selected }) {
  const { note, isEdited } = useNote(id)
  if (note === undefined) return null
  return (
    <>
      <Resizer note={note} selected={selected} />
      <div
        className={joinClasses(styles.frame, hue.hue)}
        data-hue={note.color}
        data-selected={selected || undefined}
      >
        <div className={styles.bar}>
          {isEdited ? (
            <NoteEditor note={note} className={styles.titleEditor} label="Title of the frame" isLine />
          ) : (
            <span className={styles.title} title={note.text}>
              {note.text}
            </span>
          )}
        </div>
      </div>
    </>
  )
})
