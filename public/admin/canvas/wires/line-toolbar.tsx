/** The toolbar of a wire or bundle, in place of its chip: shown while the pointer or the focus is on the line or on it. */
import { useRef, type FocusEvent, type KeyboardEvent, type ReactNode } from 'react'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import styles from './wire.module.css'

interface LineToolbarProps {
  readonly edgeId: string
  readonly label: string
  readonly children: ReactNode
}

export function LineToolbar({ edgeId, label, children }: LineToolbarProps) {
  const { wireFocus } = useCanvasParts()
  const toolbar = useRef<HTMLDivElement>(null)
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    if (!toolbar.current?.contains(relatedTarget)) wireFocus.leave(edgeId)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    wireFocus.dismiss()
  }
  return (
    <div
      ref={toolbar}
      id={`toolbar-${edgeId}`}
      role="toolbar"
      aria-label={label}
      className={styles.toolbar}
      onMouseEnter={() => wireFocus.enter(edgeId)}
      onMouseLeave={() => wireFocus.leave(edgeId)}
      onFocus={() => wireFocus.enter(edgeId)}
      onBlur={onBlur}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  )
}
