/** The panel of an endpoint: live figures, settings, limits and last changes. */
import { endpointPatch, type EndpointView } from '../../../../src/contract/endpoint.ts'
import { Section } from '../../../ui/display/section.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { setEnabled } from '../../state/commands/object-commands.ts'
import { usePage } from '../../state/page/page.tsx'
import { usePanelActions } from '../panel/use-panel-actions.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { DraftChoice, DraftLines, DraftPairs, DraftSwitch, DraftText } from '../form/draft-fields.tsx'
import { EndpointLimits } from './endpoint-limits.tsx'
import { EndpointLive } from './endpoint-live.tsx'
import { EndpointModels } from './endpoint-models.tsx'
import { EndpointRouting } from './endpoint-routing.tsx'
import { AddressHint } from '../panel/address-hint.tsx'
import { TestButton, TestResult, useEndpointTest } from '../panel/endpoint-test.tsx'
import { KeyField } from '../form/key-field.tsx'
import { ObjectHistory } from '../panel/object-history.tsx'
import { FormFooter, Panel } from '../panel/panel.tsx'
import { useDraft, type DraftForm } from '../form/use-draft.ts'

const authStyles: readonly { readonly value: EndpointView['auth_style']; readonly label: string }[] = [
  { value: 'bearer', label: 'Authorization: Bearer' },
  { value: 'x-api-key', label: 'x-api-key' },
  { value: 'both', label: 'both of them' },
]

interface EndpointProps {
  readonly endpoint: EndpointView
}

/** Further names of its models, and the calls that it serves. */
const Served = ({ form }: { readonly form: DraftForm }) => (
  <>
    <DraftPairs
      form={form}
      field="model_map"
      label="Further names"
      mono
      hint="One a line, such as llama3 = llama3:8b: the name for clients, and the backend's own."
    />
    <DraftLines
      form={form}
      field="apis"
      label="Calls"
      mono
      hint="One a line, such as chat, embeddings or rerank. Empty: all."
    />
  </>
)

const VerifyTls = ({ form }: { readonly form: DraftForm }) => (
  <DraftSwitch form={form} field="verify_tls" label="Verify TLS" hint="The certificate must be valid." />
)

export function EndpointPanel({ endpoint }: EndpointProps) {
  const { workspace } = usePage()
  const node = { kind: 'endpoint', id: endpoint.id } as const
  const form = useDraft(node, endpoint, endpointPatch)
  // The test uses the unsaved fields; the server adds the stored key where the origin is the same.
  const trial = useEndpointTest('/endpoint-test', {
    endpoint_id: endpoint.id,
    base_url: form.valueOf('base_url'),
    auth_style: form.valueOf('auth_style'),
    verify_tls: form.valueOf('verify_tls'),
    timeout_seconds: form.valueOf('timeout_seconds'),
    ...(form.valueOf('api_key') !== undefined && { api_key: form.valueOf('api_key') }),
  })
  const label = `Test ${endpoint.name}`
  usePanelActions([{ id: 'test', label, disabled: !form.isValid, run: () => void trial.run() }])
  return (
    <Panel
      title={endpoint.name}
      subtitle={<code>{endpoint.base_url}</code>}
      aside={<Enabled endpoint={endpoint} />}
      footer={
        <FormFooter
          name={endpoint.name}
          form={form}
          onDelete={() => workspace.openDialog({ name: 'delete', nodes: [node] })}
        >
          <TestButton busy={trial.busy} run={trial.run} disabled={!form.isValid} />
        </FormFooter>
      }
    >
      <Section name="endpoint.live" title="Live">
        <EndpointLive endpoint={endpoint} />
        <TestResult result={trial.result} />
      </Section>
      <Section name="endpoint.routing" title="Routing">
        <EndpointRouting id={endpoint.id} form={form} />
      </Section>
      <Section name="endpoint.connection" title="Connection">
        <DraftText form={form} field="name" label="Name" />
        <DraftText form={form} field="group" label="Group" hint="The canvas folds a group into one card." />
        <DraftText
          form={form}
          field="base_url"
          label="Base URL"
          mono
          error={trial.errorOf('base_url')}
          hint={
            <AddressHint
              address={String(form.valueOf('base_url'))}
              isWrong={form.errorOf('base_url') !== undefined || trial.errorOf('base_url') !== undefined}
              status={trial.status}
              onTake={(address) => form.set('base_url', address)}
            />
          }
        />
        {/* Made anew with each stored key: it is then no longer being replaced. */}
        <KeyField
          key={endpoint.api_key_preview}
          form={form}
          preview={endpoint.has_api_key ? endpoint.api_key_preview : undefined}
        />
        <DraftChoice form={form} field="auth_style" label="Key sent as" options={authStyles} />
        <VerifyTls form={form} />
      </Section>
      <Section name="endpoint.models" title="Models and calls">
        <EndpointModels key={endpoint.id} id={endpoint.id} form={form} />
        <Served form={form} />
      </Section>
      <Section name="endpoint.limits" title="Limits and health" openAtFirst={false}>
        <EndpointLimits form={form} />
      </Section>
      <Section name="endpoint.history" title="History" openAtFirst={false}>
        <ObjectHistory type="endpoint" id={endpoint.id} />
      </Section>
    </Panel>
  )
}

function Enabled({ endpoint }: EndpointProps) {
  const { call, live, workspace } = usePage()
  const { run } = useCommandRunner()
  const { id, name, enabled } = endpoint
  const set = (next: boolean, endsRequests = false): void => {
    const command = setEnabled(call, [endpoint], next, endsRequests)
    void run(command, `${next ? 'enabled' : 'disabled'} ${name}`)
  }
  const toggle = (): void => {
    const isBusy = (live.get('endpoint', String(id))?.inflight ?? 0) > 0
    if (enabled && isBusy) workspace.openDialog({ name: 'disable', endpointIds: [id] })
    else set(!enabled)
  }
  usePanelActions([
    { id: 'enable', label: `${enabled ? 'Disable' : 'Enable'} ${name}`, run: toggle },
    {
      id: 'end',
      label: `End the requests of ${name} and disable it`,
      disabled: !enabled,
      run: () => set(false, true),
    },
  ])
  return <Switch label="Enabled" hideLabel checked={enabled} onChange={toggle} />
}
