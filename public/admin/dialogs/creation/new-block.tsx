/** The dialog that creates an incoming block. */
import { useId, type FormEvent } from 'react'
import { incomingBlockCreate } from '../../../../src/contract/incoming-block.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { FormDialog } from '../../../ui/overlays/form-dialog.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { createObject } from '../../state/commands/object-commands.ts'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import styles from '../dialogs.module.css'
import { useCreateForm } from './use-create-form.ts'

export function NewBlock() {
  const { call, workspace } = usePage()
  const form = useCreateForm(incomingBlockCreate, { name: '' })
  const dialog = useWorkspace((view) => view.dialog)
  const formId = useId()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const made = await form.submit(form.fields, () =>
      createObject(call, 'block', form.fields, ({ id }) => {
        workspace.reveal({ kind: 'block', id })
        workspace.askFocus({ kind: 'block', id })
      }),
    )
    if (made) workspace.finishDialog(dialog)
  }
  return (
    <FormDialog
      open
      isFilled={form.isFilled}
      onClose={workspace.closeDialog}
      title="New incoming block"
      description="A group of client tokens. It starts with the wires of the first block."
      size="small"
      actions={
        <>
          <Button onClick={workspace.closeDialog}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={form.busy}>
            Create
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className={styles.form} noValidate>
        <TextField
          label="Name"
          value={form.fields.name}
          error={form.errorOf('name')}
          onChange={(event) => form.set({ name: event.target.value })}
        />
      </form>
    </FormDialog>
  )
}
