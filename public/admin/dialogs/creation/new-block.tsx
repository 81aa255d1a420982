/** The dialog that creates an incoming block. */
import { incomingBlockCreate } from '../../../../src/contract/incoming-block.ts'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { createObject } from '../../state/commands/object-commands.ts'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import { ObjectForm } from './object-form.tsx'
import { useCreateForm } from './use-create-form.ts'

export function NewBlock() {
  const { call, workspace } = usePage()
  const form = useCreateForm(incomingBlockCreate, { name: '' })
  const dialog = useWorkspace((view) => view.dialog)
  const submit = async (): Promise<void> => {
    const made = await form.submit(form.fields, () =>
      createObject(call, 'block', form.fields, ({ id }) => {
        workspace.reveal({ kind: 'block', id })
        workspace.askFocus({ kind: 'block', id })
      }),
    )
    if (made) workspace.finishDialog(dialog)
  }
  return (
    <ObjectForm
      form={form}
      title="New incoming block"
      description="A group of client tokens. It starts with the wires of the first block."
      size="small"
      verb="Create"
      onSubmit={submit}
    >
      <TextField
        label="Name"
        value={form.fields.name}
        error={form.errorOf('name')}
        onChange={(event) => form.set({ name: event.target.value })}
      />
    </ObjectForm>
  )
}
