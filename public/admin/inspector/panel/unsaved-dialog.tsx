/** Asks whether to save or discard the unsaved changes of a card before leaving it. */
import { Button } from '../../../ui/buttons/button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import styles from './panel.module.css'
import type { DraftForm } from '../form/use-draft.ts'

interface UnsavedDialogProps {
  readonly form: DraftForm
  readonly name: string
}

export function UnsavedDialog({ form, name }: UnsavedDialogProps) {
  const { workspace } = usePage()
  const dialog = useWorkspace((view) => view.dialog)
  if (dialog?.name !== 'unsaved') return null
  const save = async (): Promise<void> => {
    const isSaved = await form.save()
    // The form shows the errors.
    workspace.finishDialog(dialog)
    if (isSaved) dialog.goOn()
  }
  const discard = (): void => {
    form.discard()
    workspace.closeDialog()
    dialog.goOn()
  }
  return (
    <Dialog
      open
      alert
      size="small"
      onClose={workspace.closeDialog}
      title={`Save the changes of ${name}?`}
      description="They are not stored yet."
      actions={
        <>
          <Button onClick={workspace.closeDialog}>Stay</Button>
          <Button variant="danger" onClick={discard}>
            Discard
          </Button>
          <Button variant="primary" disabled={!form.isValid} busy={form.busy} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      {form.isValid ? undefined : (
        <ul className={styles.rows}>
          {form.validationErrors.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
