/** The panel of an endpoint: live figures, settings, limits and last changes. */
import { endpointPatch, type EndpointView } from '../../../../src/contract/endpoint.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { count, duration, MISSING, percent, rate } from '../../../ui/format/figures.ts'
import { Section } from '../../../ui/display/section.tsx'
import { StatusDot } from '../../../ui/display/status-dot.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { endpointCondition } from '../../endpoint-condition/endpoint-condition.ts'
import { explainScope } from '../../endpoint-condition/cooldown-scope.ts'
import { loadFigures } from '../../endpoint-condition/load-words.ts'
import { workFigures } from '../../endpoint-condition/work-words.ts'
import { conditionTone } from '../../endpoint-condition/condition-tone.ts'
import { relativeTime } from '../../format/relative-time.ts'
import { describeForce } from '../../routing/modes-in-use.ts'
import { setEnabled } from '../../state/commands/object-commands.ts'
import { useGateway, useLive, usePage } from '../../state/page/page.tsx'
import { usePanelActions } from '../panel/use-panel-actions.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import {
  DraftChoice,
  DraftLines,
  DraftNumber,
  DraftPairs,
  DraftSwitch,
  DraftText,
} from '../form/draft-fields.tsx'
import { EndpointLimits } from './endpoint-limits.tsx'
import { EndpointModels } from './endpoint-models.tsx'
import { TestButton, TestResult, useEndpointTest } from '../panel/endpoint-test.tsx'
import { FiguresList } from '../panel/figures-list.tsx'
import { KeyField } from '../form/key-field.tsx'
import { ObjectHistory } from '../panel/object-history.tsx'
import { FormFooter, Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'
import { RateSparkline } from '../panel/rate-sparkline.tsx'
import { useDraft, type DraftForm } from '../form/use-draft.ts'

const authStyles: readonly { readonly value: EndpointView['auth_style']; readonly label: string }[] = [
  { value: 'bearer', label: 'Authorization: Bearer' },
  { value: 'x-api-key', label: 'x-api-key' },
  { value: 'both', label: 'both of them' },
]

const loadSources: readonly { readonly value: EndpointView['load_source']; readonly label: string }[] = [
  { value: 'auto', label: 'Its metrics, whichever server it is' },
  { value: 'vllm', label: 'The metrics of vLLM' },
  { value: 'sglang', label: 'The metrics of SGLang' },
  { value: 'llamacpp', label: 'The metrics of llama.cpp' },
  { value: 'tei', label: 'The metrics of TEI' },
  { value: 'none', label: 'Nothing: it is not asked' },
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
  const test = () => void trial.run()
  usePanelActions([{ id: 'test', label: `Test ${endpoint.name}`, disabled: !form.isValid, run: test }])
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
          <TestButton {...trial} disabled={!form.isValid} />
        </FormFooter>
      }
    >
      <Section name="endpoint.live" title="Live">
        <Live endpoint={endpoint} />
        <TestResult result={trial.result} />
      </Section>
      <Section name="endpoint.routing" title="Routing">
        <Routing id={endpoint.id} form={form} />
      </Section>
      <Section name="endpoint.connection" title="Connection">
        <DraftText form={form} field="name" label="Name" />
        <DraftText form={form} field="base_url" label="Base URL" mono hint="Mostly ends in /v1." />
        {/* Made anew with each stored key: it is then no longer being replaced. */}
        <KeyField
          key={endpoint.api_key_preview}
          form={form}
          preview={endpoint.has_api_key ? endpoint.api_key_preview : undefined}
        />
        <DraftChoice form={form} field="auth_style" label="Key sent as" options={authStyles} />
        <DraftSwitch
          form={form}
          field="verify_tls"
          label="Verify TLS"
          hint="The certificate must be valid."
        />
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

function Live({ endpoint }: EndpointProps) {
  const { call } = usePage()
  const { attempt } = useCommandRunner()
  const live = useLive('endpoint', String(endpoint.id))
  const { condition, notice } = endpointCondition(endpoint, live)
  const most = endpoint.max_concurrent > 0 ? ` of ${count(endpoint.max_concurrent)}` : ''
  const scope = explainScope(live ?? endpoint)
  const canReset = condition === 'cooling' || condition === 'probing' || scope !== undefined
  const reset = (): void =>
    void attempt(() => call('POST', `/endpoints/${endpoint.id}/reset`), 'Cooldown ended')
  usePanelActions([
    { id: 'reset', label: `End the cooldown of ${endpoint.name}`, disabled: !canReset, run: reset },
  ])
  return (
    <>
      <div className={styles.line}>
        <StatusDot tone={conditionTone[condition]} />
        <strong>{condition}</strong>
      </div>
      {notice !== undefined && (canReset || condition === 'unhealthy') && (
        <div className={styles.notice}>
          <span>{notice}</span>
          {canReset && (
            <Button size="small" onClick={reset}>
              End cooldown
            </Button>
          )}
        </div>
      )}
      {canReset && scope !== undefined && <p className={styles.muted}>{scope}</p>}
      <RateSparkline of="endpoints" id={endpoint.id} />
      <FiguresList
        figures={[
          ['in flight', live === undefined ? MISSING : count(live.inflight) + most],
          ['requests', `${rate(live?.requests_per_second)} /s`],
          ['success', percent(live?.success_percent)],
          ['first token', duration(live?.first_token_ms)],
          ['latency', duration(live === undefined || live.avg_latency_ms === 0 ? null : live.avg_latency_ms)],
          ['share', percent(live?.share_percent)],
          ...workFigures(live),
          ['served', count(live?.total_requests)],
          ['prompt tok', count(live?.prompt_tokens_total)],
          ['cached', count(live?.cached_tokens_total)],
          ['completion tok', count(live?.completion_tokens_total)],
          ['reasoning', count(live?.reasoning_tokens_total)],
          ...loadFigures(live?.load),
        ]}
      />
      {live?.last_error != null && (
        <p className={styles.muted}>
          Last error {relativeTime(1000 * (live.last_error_age_s ?? 0))}: {live.last_error}
        </p>
      )}
    </>
  )
}

interface RoutingProps {
  readonly id: number
  readonly form: DraftForm
}

function Routing({ id, form }: RoutingProps) {
  const quotaForce = useGateway((state) => describeForce(state, id, 'percentage')) ?? ''
  const rankForce = useGateway((state) => describeForce(state, id, 'priority')) ?? ''
  const sum = useGateway((state) =>
    state.endpoints
      .filter(({ enabled, connected }) => enabled && connected)
      .reduce((total, { token_quota_percent }) => total + token_quota_percent, 0),
  )
  return (
    <>
      <div className={styles.pair}>
        <DraftNumber
          form={form}
          field="token_quota_percent"
          label="Token quota"
          suffix="%"
          min={0}
          max={100}
          hint={`All together ${percent(sum)}; what counts is the proportion. 0 beside others: overflow only. ${quotaForce}`}
        />
        <DraftNumber
          form={form}
          field="priority_order"
          label="Priority"
          min={0}
          max={1000}
          hint={`The lowest that is free is asked first. ${rankForce}`}
        />
      </div>
      <DraftChoice
        form={form}
        field="load_source"
        label="Load known from"
        options={loadSources}
        hint="How many requests run and wait there, those of other clients too."
      />
    </>
  )
}
