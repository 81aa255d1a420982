/** A confirmation dialog for an action that is hard to undo; lists what the action affects. */
import { useRef, type ReactNode } from 'react'
import { Button } from '../buttons/button.tsx'
import styles from './confirm-dialog.module.css'
import { Dialog } from './dialog.tsx'

interface ConfirmDialogProps {
  readonly open: boolean
  /** A question: `Delete vllm-eu-1?` */
  readonly title: ReactNode
  readonly description?: ReactNode
  /** The affected objects, one per line. */
  readonly affected?: readonly ReactNode[]
  /** The action, starting with a verb: `Delete endpoint`. */
  readonly confirmLabel: string
  readonly cancelLabel?: string
  readonly danger?: boolean
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onCancel: () => void
  /** Choices about the action. */
  readonly children?: ReactNode
}

/** The Cancel button has the initial focus. */
export function ConfirmDialog({
  open,
  title,
  description,
  affected = [],
  confirmLabel,
  cancelLabel = 'Cancel',
  danger = false,
  busy = false,
  onConfirm,
  onCancel,
  children,
}: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  return (
    <Dialog
      alert
      size="small"
      open={open}
      onClose={onCancel}
      title={title}
      description={description}
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onCancel}>
            {cancelLabel}
          </Button>
          <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {affected.length > 0 && (
        <ul className={styles.affected}>
          {affected.map((item, index) => (
            <li key={index}>{item}</li>
          ))}
        </ul>
      )}
      {children}
    </Dialog>
  )
}
