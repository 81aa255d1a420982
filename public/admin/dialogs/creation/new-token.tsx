/** The dialog that creates a client token; another dialog then shows the token's value once. */
import { clientTokenCreate } from '../../../../src/contract/client-token.ts'
import { NumberField } from '../../../ui/fields/number-field.tsx'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { createObject } from '../../state/commands/object-commands.ts'
import { useGateway, usePage, useWorkspace } from '../../state/page/page.tsx'
import { ObjectForm } from './object-form.tsx'
import { useCreateForm } from './use-create-form.ts'

export function NewToken() {
  const { call, workspace } = usePage()
  const blocks = useGateway((state) => state.incoming_blocks) ?? []
  // Where a block is selected, the token is created in it; a block that was deleted meanwhile can still be selected.
  const selected = useWorkspace(({ nodes }) => nodes.find(({ kind }) => kind === 'block')?.id)
  const block = blocks.find(({ id }) => id === selected) ?? blocks[0]
  const form = useCreateForm(clientTokenCreate, {
    name: '',
    incoming_block_id: block?.id ?? 1,
    guaranteed_share_percent: 0,
  })
  const { fields } = form

  const submit = async (): Promise<void> => {
    await form.submit(fields, () =>
      createObject(call, 'token', fields, ({ id, token = '' }) =>
        // Whatever is open by now: the value is never shown again.
        workspace.openDialog({ name: 'created-token', created: { id, name: fields.name, token } }),
      ),
    )
  }
  return (
    <ObjectForm
      form={form}
      title="New client token"
      description="What a client sends as its API key."
      size="small"
      verb="Create"
      onSubmit={submit}
    >
      <TextField
        label="Name"
        placeholder="chat-frontend"
        value={fields.name}
        error={form.errorOf('name')}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <SelectField
        label="Incoming block"
        value={String(fields.incoming_block_id)}
        options={blocks.map(({ id, name }) => ({ value: String(id), label: name }))}
        error={form.errorOf('incoming_block_id')}
        onValueChange={(next) => form.set({ incoming_block_id: Number(next) })}
      />
      <NumberField
        label="Assured share"
        suffix="%"
        min={0}
        max={100}
        value={fields.guaranteed_share_percent}
        error={form.errorOf('guaranteed_share_percent')}
        hint="Of its block's tokens while requests wait for room; what it does not use is lent to others."
        onValueChange={(next) => form.set({ guaranteed_share_percent: next ?? 0 })}
      />
    </ObjectForm>
  )
}
