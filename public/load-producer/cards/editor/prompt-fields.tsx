/** The Prompt part of the editor: prompts and sampling parameters, as far as the card's call has them. */
import { Switch } from '../../../ui/fields/switch.tsx'
import { TextArea } from '../../../ui/fields/text-area.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { apiCalls } from '../../../../src/load-engine/model/api-calls.ts'
import styles from './editor.module.css'
import { WorkloadFields } from './workload-fields.tsx'
import { OptionalNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

export function PromptFields({ form }: { readonly form: ScenarioForm }) {
  const { scenario, set, errorOf } = form
  const { writesText } = apiCalls[scenario.call]
  return (
    <div className={styles.fields}>
      {writesText && (
        <TextArea
          label="System prompt"
          rows={2}
          value={scenario.systemPrompt}
          error={errorOf('systemPrompt')}
          onChange={(event) => set({ systemPrompt: event.target.value })}
        />
      )}
      <WorkloadFields form={form} />
      {scenario.workload.kind === 'text' && (
        <TextArea
          label="User prompt"
          rows={3}
          value={scenario.userPrompt}
          error={errorOf('userPrompt')}
          hint={
            scenario.call === 'rerank'
              ? 'The first line is the query, each further line a document.'
              : undefined
          }
          onChange={(event) => set({ userPrompt: event.target.value })}
        />
      )}
      <div className={styles.pair}>
        {writesText && <SamplingFields form={form} />}
        <OptionalNumber
          label="Priority"
          placeholder="none"
          value={scenario.priority}
          error={errorOf('priority')}
          hint="vLLM's: lower is earlier."
          onValue={(priority) => set({ priority })}
        />
        <OptionalNumber
          label="Seed"
          placeholder="none"
          value={scenario.seed}
          error={errorOf('seed')}
          hint="Also makes arrivals and prompts repeatable."
          onValue={(seed) => set({ seed })}
        />
      </div>
      <TextField
        label="Batch marker"
        placeholder="none"
        value={scenario.batchMarker}
        error={errorOf('batchMarker')}
        hint="Opens each prompt as [marker #number], so that no cache answers; not generated ones. Empty leaves prompts alike."
        onChange={(event) => set({ batchMarker: event.target.value })}
      />
      {writesText && (
        <Switch
          label="Stream"
          hint="Without it there is no first token to measure."
          checked={scenario.stream}
          onChange={(stream) => set({ stream })}
        />
      )}
    </div>
  )
}

function SamplingFields({ form: { scenario, set, errorOf } }: { readonly form: ScenarioForm }) {
  return (
    <>
      <OptionalNumber
        label="Max tokens"
        placeholder="as the backend has it"
        value={scenario.maxTokens}
        error={errorOf('maxTokens')}
        hint={
          scenario.call === 'messages' ? 'The call requires a limit: 1,024 where this is empty.' : undefined
        }
        step={16}
        onValue={(maxTokens) => set({ maxTokens })}
      />
      <OptionalNumber
        label="Temperature"
        placeholder="as the backend has it"
        value={scenario.temperature}
        error={errorOf('temperature')}
        step={0.1}
        onValue={(temperature) => set({ temperature })}
      />
    </>
  )
}
