/** The dialog that renames a group of endpoints. */
import { endpointGroupPatch } from '../../../src/contract/canvas/endpoint-group.ts'
import { MAX_GROUP_NAME } from '../../../src/contract/objects/field-schemas.ts'
import { plural } from '../../ui/format/figures.ts'
import { TextField } from '../../ui/fields/text-field.tsx'
import { renameGroup } from '../state/commands/group-commands.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { ObjectForm } from './creation/object-form.tsx'
import { useCreateForm } from './creation/use-create-form.ts'

export function RenameGroup({ group }: { readonly group: string }) {
  const { call, workspace } = usePage()
  const form = useCreateForm(endpointGroupPatch, { name: group })
  const dialog = useWorkspace((view) => view.dialog)
  const size = useGateway((state) => state.endpoints.filter((one) => one.group === group).length) ?? 0
  const name = form.fields.name.trim()
  const submit = async (): Promise<void> => {
    const isSame = name === group
    if (isSame || (await form.submit({ group, name }, () => renameGroup(call, group, name))))
      workspace.finishDialog(dialog)
  }
  return (
    <ObjectForm
      form={form}
      title={`Rename the group ${group}`}
      description={`Its ${plural(size, 'endpoint')} and its colour keep together under the new name.`}
      size="small"
      verb="Rename"
      onSubmit={submit}
    >
      <TextField
        label="Name"
        maxLength={MAX_GROUP_NAME}
        value={form.fields.name}
        error={form.errorOf('name')}
        onChange={(event) => form.set({ name: event.target.value })}
      />
    </ObjectForm>
  )
}
