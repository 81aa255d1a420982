/** The dialog that renames a group of endpoints. */
import { useId, type FormEvent } from 'react'
import { endpointGroupPatch } from '../../../src/contract/canvas/endpoint-group.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { plural } from '../../ui/format/figures.ts'
import { FormDialog } from '../../ui/overlays/form-dialog.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { renameGroup } from '../state/commands/group-commands.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import styles from './dialogs.module.css'
import { useCreateForm } from './creation/use-create-form.ts'

export function RenameGroup({ group }: { readonly group: string }) {
  const { call, workspace } = usePage()
  const form = useCreateForm(endpointGroupPatch, { name: group })
  const dialog = useWorkspace((view) => view.dialog)
  const size = useGateway((state) => state.endpoints.filter((one) => one.group === group).length) ?? 0
  const formId = useId()
  const name = form.fields.name.trim()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const isSame = name === group
    if (isSame || (await form.submit({ group, name }, () => renameGroup(call, group, name))))
      workspace.finishDialog(dialog)
  }
  return (
    <FormDialog
      open
      isFilled={form.isFilled}
      onClose={workspace.closeDialog}
      title={`Rename the group ${group}`}
      description={`Its ${plural(size, 'endpoint')} and its colour keep together under the new name.`}
      size="small"
      actions={
        <>
          <Button onClick={workspace.closeDialog}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={form.busy}>
            Rename
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className={styles.form} noValidate>
        <TextField
          label="Name"
          maxLength={60}
          value={form.fields.name}
          error={form.errorOf('name')}
          onChange={(event) => form.set({ name: event.target.value })}
        />
      </form>
    </FormDialog>
  )
}
