/** What decides how many requests an endpoint gets: quota, priority, and where its load is known from. */
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import { percent } from '../../../ui/format/figures.ts'
import { describeForce } from '../../routing/modes-in-use.ts'
import { useGateway } from '../../state/page/page.tsx'
import { DraftChoice, DraftNumber } from '../form/draft-fields.tsx'
import type { DraftForm } from '../form/use-draft.ts'
import styles from '../panel/panel.module.css'

const loadSources: readonly { readonly value: EndpointView['load_source']; readonly label: string }[] = [
  { value: 'auto', label: 'Its metrics, whichever server it is' },
  { value: 'vllm', label: 'The metrics of vLLM' },
  { value: 'sglang', label: 'The metrics of SGLang' },
  { value: 'llamacpp', label: 'The metrics of llama.cpp' },
  { value: 'tei', label: 'The metrics of TEI' },
  { value: 'none', label: 'Nothing: it is not asked' },
]

interface EndpointRoutingProps {
  readonly id: number
  readonly form: DraftForm
}

export function EndpointRouting({ id, form }: EndpointRoutingProps) {
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
