/** The dialog that creates an endpoint: address, test, wires. */
import { useState } from 'react'
import { endpointCreate, type EndpointView } from '../../../../src/contract/endpoint.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { NumberField } from '../../../ui/fields/number-field.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { AddressHint } from '../../inspector/panel/address-hint.tsx'
import { TestButton, TestResult, useEndpointTest } from '../../inspector/panel/endpoint-test.tsx'
import { addWire } from '../../state/commands/canvas-commands.ts'
import type { Command } from '../../state/commands/history.ts'
import { createObject } from '../../state/commands/object-commands.ts'
import { applyOptimistically } from '../../state/live/gateway-store.ts'
import { useGateway, usePage, useWorkspace } from '../../state/page/page.tsx'
import styles from '../dialogs.module.css'
import { ObjectForm } from './object-form.tsx'
import { useCreateForm } from './use-create-form.ts'

/** @example `vllm-eu-1` for `http://vllm-eu-1.internal:8000/v1`; with the port where the host is an IP address */
function suggestedName(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  if (url === null) return ''
  const isAddress = /^[\d.]+$|^\[/.test(url.hostname)
  const name = isAddress || url.hostname === 'localhost' ? url.host : (url.hostname.split('.')[0] ?? '')
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^-+|(?<!-)-+$/g, '')
}

/** Creates the endpoint and its wires in one undo step: deleting an endpoint deletes its wires. */
function withWires(create: Command, wires: () => readonly Command[]): Command {
  let isNew = true
  return {
    ...create,
    async run() {
      await create.run()
      // Restoring an endpoint restores its wires.
      if (isNew) for (const wire of wires()) await wire.run()
      isNew = false
    },
  }
}

/** The configuration with an endpoint and its wires, unless the server has already reported them. */
function withNewEndpoint(
  state: StateView,
  endpoint: EndpointView,
  blocks: readonly { readonly id: number }[],
): Partial<StateView> {
  const others = state.endpoints.filter(({ id }) => id !== endpoint.id)
  const isKnown = others.length < state.endpoints.length
  const otherWires = state.wires.filter(({ endpoint_id }) => endpoint_id !== endpoint.id)
  const wires = blocks.map(({ id }) => ({ incoming_block_id: id, endpoint_id: endpoint.id }))
  return {
    endpoints: isKnown ? state.endpoints : [...others, endpoint],
    wires: [...otherWires, ...wires],
  }
}

interface EndpointFields {
  readonly base_url: string
  readonly name: string
  readonly api_key: string
  readonly token_quota_percent: number
}

const empty: EndpointFields = { base_url: '', name: '', api_key: '', token_quota_percent: 0 }

export function NewEndpoint({ blockId }: { readonly blockId: number | undefined }) {
  const { call, gateway, workspace } = usePage()
  const blocks = useGateway((state) => state.incoming_blocks) ?? []
  const dialog = useWorkspace((view) => view.dialog)
  const form = useCreateForm(endpointCreate, empty)
  const [unwired, setUnwired] = useState<ReadonlySet<number>>(
    () => new Set(blocks.filter(({ id }) => blockId !== undefined && id !== blockId).map(({ id }) => id)),
  )
  const { fields } = form
  const name = fields.name === '' ? suggestedName(fields.base_url) : fields.name
  const trial = useEndpointTest('/endpoint-test', { base_url: fields.base_url, api_key: fields.api_key })

  const submit = async (): Promise<void> => {
    const body = { ...fields, name }
    let created: EndpointView | undefined
    const create = createObject<typeof body, EndpointView>(call, 'endpoint', body, (made) => (created = made))
    const wired = blocks.filter(({ id }) => !unwired.has(id))
    const wires = (): Command[] =>
      wired.map(({ id }) => addWire(call, { blockId: id, endpointId: created?.id ?? 0 }))
    if (!(await form.submit(body, () => withWires(create, wires)))) return
    workspace.finishDialog(dialog)
    if (created === undefined) return
    const made = created
    // The next event of the server has it too, but comes later than the dialog closes.
    applyOptimistically(gateway, (state) => withNewEndpoint(state, made, wired))
    workspace.reveal({ kind: 'endpoint', id: made.id })
    workspace.askFocus({ kind: 'endpoint', id: made.id })
  }
  return (
    <ObjectForm
      form={form}
      title="New endpoint"
      description="A backend that speaks the OpenAI API, such as vLLM."
      verb="Create"
      tools={
        <>
          <TestButton busy={trial.busy} run={trial.run} disabled={fields.base_url === ''} />
          <span className={styles.gap} />
        </>
      }
      onSubmit={submit}
    >
      <Inputs form={form} name={name} trial={trial} />
      <WireTo unwired={unwired} onChange={setUnwired} />
      <TestResult result={trial.result} />
    </ObjectForm>
  )
}

interface InputsProps {
  readonly form: ReturnType<typeof useCreateForm<EndpointFields>>
  /** The suggested name, used where none has been typed. */
  readonly name: string
  readonly trial: ReturnType<typeof useEndpointTest>
}

function Inputs({ form, name, trial }: InputsProps) {
  const { fields } = form
  // A name that was suggested changes with the address, and its error is no longer true.
  const setAddress = (address: string): void =>
    form.set({ base_url: address, ...(fields.name === '' && { name: '' }) })
  const addressError = form.errorOf('base_url') ?? trial.errorOf('base_url')
  return (
    <>
      <TextField
        label="Base URL"
        mono
        placeholder="http://10.0.0.5:8000/v1"
        value={fields.base_url}
        error={addressError}
        hint={
          <AddressHint
            address={fields.base_url}
            isWrong={addressError !== undefined}
            status={trial.status}
            onTake={setAddress}
          />
        }
        onChange={(event) => setAddress(event.target.value.trim())}
      />
      <TextField
        label="Name"
        placeholder={name}
        value={fields.name}
        error={form.errorOf('name')}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextField
        label="Upstream key"
        mono
        type="password"
        autoComplete="new-password"
        value={fields.api_key}
        error={form.errorOf('api_key')}
        hint="Optional. Sent as bearer token to this endpoint alone."
        onChange={(event) => form.set({ api_key: event.target.value })}
      />
      <NumberField
        label="Token quota"
        suffix="%"
        min={0}
        max={100}
        value={fields.token_quota_percent}
        error={form.errorOf('token_quota_percent')}
        hint="Its part of all tokens in percentage mode. 0 beside others: overflow only; all 0: equal parts."
        onValueChange={(next) => form.set({ token_quota_percent: next ?? 0 })}
      />
    </>
  )
}

interface WireToProps {
  /** Ids of the blocks that will not be wired. */
  readonly unwired: ReadonlySet<number>
  readonly onChange: (unwired: ReadonlySet<number>) => void
}

function WireTo({ unwired, onChange }: WireToProps) {
  const blocks = useGateway((state) => state.incoming_blocks) ?? []
  const others = (id: number): number[] => [...unwired].filter((one) => one !== id)
  return (
    <fieldset className={styles.group}>
      <legend>Wire to</legend>
      {blocks.map(({ id, name }) => (
        <Switch
          key={id}
          label={name}
          checked={!unwired.has(id)}
          onChange={(wired) => onChange(new Set(wired ? others(id) : [...others(id), id]))}
        />
      ))}
    </fieldset>
  )
}
