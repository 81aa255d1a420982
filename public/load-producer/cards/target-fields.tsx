/** Whom the card asks: name, URL, key, model, and whether the target answers. */
import { useId, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { formatMs } from '../engine/format-figure.ts'
import type { Probed } from '../state/engine-link.ts'
import { usePage } from '../state/page.tsx'
import styles from './editor.module.css'
import type { ScenarioForm } from './use-scenario-form.ts'

export function TargetFields({ form }: { readonly form: ScenarioForm }) {
  const { engine } = usePage()
  const { scenario, set, errorOf } = form
  const [probed, setProbed] = useState<Probed | null>(null)
  const [isAsking, setAsking] = useState(false)
  const models = useId()
  const probe = async (): Promise<void> => {
    setAsking(true)
    const answer = await engine.probe(scenario.url, scenario.key)
    setAsking(false)
    setProbed(answer)
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
        hint="The base, such as http://localhost:8090/v1, or the chat completions URL itself."
        onChange={(event) => set({ url: event.target.value })}
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
          probed?.ok === true
            ? `${probed.models.length} to choose from: type or pick one.`
            : 'Empty asks the target at each start, and takes the first that it lists.'
        }
      />
      <datalist id={models}>
        {probed?.models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <div className={styles.probe}>
        <Button busy={isAsking} onClick={() => void probe()}>
          Test connection and load models
        </Button>
        <span role="status" className={probed?.ok === false ? styles.bad : styles.good}>
          {probed && probeText(probed)}
        </span>
      </div>
      <Models models={probed?.models ?? []} chosen={scenario.model} onChoose={(model) => set({ model })} />
    </div>
  )
}

function probeText({ ok, status, latencyMs, models, error }: Probed): string {
  const answered = status === null ? 'no answer' : `status ${status} in ${formatMs(latencyMs)}`
  return ok
    ? `Answers: ${answered}, ${models.length} model${models.length === 1 ? '' : 's'}`
    : `${answered}: ${error}`
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
