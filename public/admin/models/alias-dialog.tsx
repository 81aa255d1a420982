/** The dialog that creates or edits a model alias. */
import { modelAliasCreate, type ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { Switch } from '../../ui/fields/switch.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { ObjectForm } from '../dialogs/creation/object-form.tsx'
import { useCreateForm } from '../dialogs/creation/use-create-form.ts'
import { createObject, editObject } from '../state/commands/object-commands.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { AliasTargets } from './alias-targets.tsx'

type Fields = Pick<ModelAliasView, 'name' | 'targets' | 'on_full' | 'rewrite_response'>

const fieldsOf = ({ name, targets, on_full, rewrite_response }: Fields): Fields => ({
  name,
  targets,
  on_full,
  rewrite_response,
})

const NEW: Fields = {
  name: '',
  targets: [{ model: '', endpoint_id: null }],
  on_full: 'wait',
  rewrite_response: false,
}

/** @param aliasId - undefined for a new one. */
export function AliasDialog({ aliasId }: { readonly aliasId: number | undefined }) {
  const alias = useGateway((state) => state.model_aliases.find(({ id }) => id === aliasId))
  // Another operator may have deleted it.
  return aliasId !== undefined && alias === undefined ? null : <AliasForm alias={alias} />
}

function AliasForm({ alias }: { readonly alias: ModelAliasView | undefined }) {
  const { call, workspace } = usePage()
  const form = useCreateForm(modelAliasCreate, alias === undefined ? NEW : fieldsOf(alias))
  const dialog = useWorkspace((view) => view.dialog)
  const { fields } = form

  const submit = async (): Promise<void> => {
    const saved = await form.submit(fields, () =>
      alias === undefined
        ? createObject(call, 'alias', fields, () => undefined)
        : editObject(call, {
            node: { kind: 'alias', id: alias.id },
            name: alias.name,
            etag: alias.etag,
            after: fields,
            before: fieldsOf(alias),
          }),
    )
    if (saved) workspace.finishDialog(dialog)
  }
  return (
    <ObjectForm
      form={form}
      title={alias === undefined ? 'New model alias' : `Model alias ${alias.name}`}
      description="A name that clients ask for, and the models behind it. The first one with an available endpoint serves."
      verb={alias === undefined ? 'Create' : 'Save'}
      onSubmit={submit}
    >
      <TextField
        label="Name"
        mono
        placeholder="smart"
        value={fields.name}
        error={form.errorOf('name')}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <AliasTargets
        targets={fields.targets}
        errorOf={form.errorOf}
        onChange={(targets) => form.set({ targets })}
      />
      <SelectField
        label="If all endpoints of a model are full"
        value={fields.on_full}
        options={[
          { value: 'wait', label: 'Wait for one of them' },
          { value: 'next', label: 'Go to the next model' },
        ]}
        onValueChange={(next) => form.set({ on_full: next })}
      />
      <Switch
        label="Name the alias in responses"
        hint="In place of the backend’s name of the model, in every chunk."
        checked={fields.rewrite_response}
        onChange={(next) => form.set({ rewrite_response: next })}
      />
    </ObjectForm>
  )
}
