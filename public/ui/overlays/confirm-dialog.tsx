/** Asks before something that is hard to take back, and says what it will affect. */
import { useRef, type ReactNode } from 'react'
import { Button } from '../buttons/button.tsx'
import styles from './confirm-dialog.module.css'
import { Dialog } from './dialog.tsx'

interface ConfirmDialogProps {
  readonly open: boolean
  /** A question: `Delete vllm-eu-1?` */
  readonly title: ReactNode
  readonly description?: ReactNode
  /** What will be affected, one thing a line. */
  readonly affected?: readonly ReactNode[]
  /** The deed, as a verb: `Delete endpoint`. */
  readonly confirmLabel: string
  readonly cancelLabel?: string
  readonly danger?: boolean
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

/** The focus starts on the way out. */
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
          {affected.map((one, index) => (
            <li key={index}>{one}</li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
