/** A dialog with input, which Esc, the close button and a press beside it do not discard without a question. */
import { useState } from 'react'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog, type DialogProps } from './dialog.tsx'

interface FormDialogProps extends DialogProps {
  /** Whether closing would lose input. */
  readonly isFilled: boolean
}

export function FormDialog({ isFilled, onClose, ...dialog }: FormDialogProps) {
  const [isLeaving, setLeaving] = useState(false)
  return (
    <>
      <Dialog {...dialog} onClose={() => (isFilled ? setLeaving(true) : onClose())} />
      <ConfirmDialog
        open={isLeaving}
        title="Discard what you have filled in?"
        confirmLabel="Discard"
        cancelLabel="Keep editing"
        danger
        onConfirm={onClose}
        onCancel={() => setLeaving(false)}
      />
    </>
  )
}
