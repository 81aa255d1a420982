/** The Prompt part of the editor: prompts and sampling parameters. */
import { Switch } from '../../../ui/fields/switch.tsx'
import { TextArea } from '../../../ui/fields/text-area.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import styles from './editor.module.css'
import { OptionalNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

export function PromptFields({ form }: { readonly form: ScenarioForm }) {
  const { scenario, set, errorOf } = form
  return (
    <div className={styles.fields}>
      <TextArea
        label="System prompt"
        rows={2}
        value={scenario.systemPrompt}
        error={errorOf('systemPrompt')}
        onChange={(event) => set({ systemPrompt: event.target.value })}
      />
      <TextArea
        label="User prompt"
        rows={3}
        value={scenario.userPrompt}
        error={errorOf('userPrompt')}
        onChange={(event) => set({ userPrompt: event.target.value })}
      />
      <div className={styles.pair}>
        <OptionalNumber
          label="Max tokens"
          placeholder="as the backend has it"
          value={scenario.maxTokens}
          error={errorOf('maxTokens')}
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
        hint="Opens each prompt as [marker #number], so that no cache answers. Empty leaves prompts alike."
        onChange={(event) => set({ batchMarker: event.target.value })}
      />
      <Switch
        label="Stream"
        hint="Without it there is no first token to measure."
        checked={scenario.stream}
        onChange={(stream) => set({ stream })}
      />
    </div>
  )
}
