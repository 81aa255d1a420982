/** The Target part of the editor: name, URL, key, model, and a connection test. */
import { useId, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { apiCallNames, apiCalls } from '../../model/api-calls.ts'
import { formatMs } from '../../format/format-figure.ts'
import type { ProbedReport } from '../../state/engine-client.ts'
import { usePage } from '../../state/page.tsx'
import styles from './editor.module.css'
import type { ScenarioForm } from './use-scenario-form.ts'

const callOptions = apiCallNames.map((value) => ({
  value,
  label: `${apiCalls[value].label}: ${apiCalls[value].path}`,
}))

export function TargetFields({ form }: { readonly form: ScenarioForm }) {
  const { engine } = usePage()
  const { scenario, set, errorOf } = form
  const [probeResult, setProbeResult] = useState<ProbedReport | null>(null)
  const [isProbing, setProbing] = useState(false)
  const models = useId()
  const probe = async (): Promise<void> => {
    setProbing(true)
    const result = await engine.probe(scenario.url, scenario.key)
    setProbing(false)
    setProbeResult(result)
  }
  return (
    <div className={styles.fields}>
      <TextField
        label="Name"
        value={scenario.name}
        error={errorOf('name')}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TextField
        label="URL"
        mono
        value={scenario.url}
        error={errorOf('url')}
        hint="The base, such as http://localhost:8090/v1, or the URL of a call."
        onChange={(event) => set({ url: event.target.value })}
      />
      <SelectField
        label="Call"
        value={scenario.call}
        options={callOptions}
        onValueChange={(call) => set({ call })}
      />
      <TextField
        label="Key"
        type="password"
        mono
        placeholder="none"
        value={scenario.key}
        error={errorOf('key')}
        hint="Kept in this tab's memory alone: never saved, never exported."
        onChange={(event) => set({ key: event.target.value })}
      />
      <TextField
        label="Model"
        mono
        list={models}
        value={scenario.model}
        error={errorOf('model')}
        onChange={(event) => set({ model: event.target.value })}
        placeholder="the first that the target lists"
        hint={
          probeResult?.ok === true
            ? `${probeResult.models.length} to choose from: type or pick one.`
            : 'Empty asks the target at each start, and takes the first that it lists.'
        }
      />
      <datalist id={models}>
        {probeResult?.models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <div className={styles.probe}>
        <Button busy={isProbing} onClick={() => void probe()}>
          Test connection and load models
        </Button>
        <span role="status" className={probeResult?.ok === false ? styles.bad : styles.good}>
          {probeResult && probeText(probeResult)}
        </span>
      </div>
      <Models
        models={probeResult?.models ?? []}
        chosen={scenario.model}
        onChoose={(model) => set({ model })}
      />
    </div>
  )
}

function probeText({ ok, status, latencyMs, models, error }: ProbedReport): string {
  const statusText = status === null ? 'no answer' : `status ${status} in ${formatMs(latencyMs)}`
  return ok
    ? `Answers: ${statusText}, ${models.length} model${models.length === 1 ? '' : 's'}`
    : `${statusText}: ${error}`
}

interface ModelsProps {
  readonly models: readonly string[]
  readonly chosen: string
  readonly onChoose: (model: string) => void
}

function Models({ models, chosen, onChoose }: ModelsProps) {
  if (models.length === 0) return null
  return (
    <div className={styles.models} role="group" aria-label="Models of the target">
      {models.slice(0, 12).map((model) => (
        <Button key={model} size="small" aria-pressed={model === chosen} onClick={() => onChoose(model)}>
          {model}
        </Button>
      ))}
    </div>
  )
}
