/** The text of a note or the title of a frame while it is edited: what loses the focus is saved, Escape leaves it as it was. */
import { useReactFlow } from '@xyflow/react'
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import { MAX_NOTE_TEXT } from '../../../../src/contract/objects/canvas-note-fields.ts'
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import { noteKey } from '../../state/node-ref.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { useShowNote } from './use-show-note.ts'

interface NoteEditorProps {
  readonly note: CanvasNoteView
  readonly label: string
  readonly className: string | undefined
  /** Whether Enter saves; otherwise it begins a line. */
  readonly isLine?: boolean
}

export function NoteEditor({ note, label, className, isLine = false }: NoteEditorProps) {
  const { notes } = useCanvasParts()
  const { getNode } = useReactFlow()
  const show = useShowNote()
  const [text, setText] = useState(note.text)
  const field = useRef<HTMLTextAreaElement>(null)
  const isDone = useRef(false)
  const begin = useEffectEvent(() => {
    show(note)
    // A menu that has led here gives the focus back to the card as it closes: a microtask before.
    queueMicrotask(() => {
      field.current?.focus({ preventScroll: true })
      field.current?.select()
    })
  })
  useEffect(() => begin(), [])

  const close = (): void => {
    notes.editing.setState({ id: undefined })
    const node = getNode(noteKey(note.id))
    if (node) document.querySelector<HTMLElement>(`.react-flow__node[data-id="${node.id}"]`)?.focus()
  }
  /** @param keepsFocus - whether the focus has gone elsewhere, and stays there. */
  const save = async (keepsFocus: boolean): Promise<void> => {
    if (isDone.current) return
    isDone.current = true
    const written = isLine ? text.replaceAll(/\s+/g, ' ').trim() : text.trimEnd()
    const isSame = written.trim() === '' || written === note.text
    if (!isSame && !(await notes.edit(note, { text: written }))) return void (isDone.current = false)
    if (keepsFocus) notes.editing.setState(({ id }) => ({ id: id === note.id ? undefined : id }))
    else close()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      isDone.current = true
      close()
    } else if (event.key === 'Enter' && (isLine || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void save(false)
    }
  }
  return (
    <textarea
      ref={field}
      aria-label={label}
      className={joinClasses(className, 'nodrag', 'nopan', 'nowheel')}
      value={text}
      rows={1}
      maxLength={MAX_NOTE_TEXT}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => void save(true)}
    />
  )
}
