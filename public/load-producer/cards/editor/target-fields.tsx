/** The Target part of the editor: name, URL, key, model, and a connection test. */
import { plural } from '../../../ui/format/figures.ts'
import { useEffect, useId, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { apiCallNames, apiCalls } from '../../../../src/load-engine/model/api-calls.ts'
import { formatMs } from '../../../../src/load-engine/report/format-figure.ts'
import type { Scenario } from '../../../../src/load-engine/model/scenario.ts'
import type { ProbedReport } from '../../state/engine-client.ts'
import { usePage } from '../../state/page.tsx'
import styles from './editor.module.css'
import type { ScenarioForm } from './use-scenario-form.ts'

const callOptions = apiCallNames.map((value) => ({
  value,
  label: `${apiCalls[value].label}: ${apiCalls[value].path}`,
}))

/** The test of the target. The models of the balancer itself are listed without a press. */
function useProbe({ url, key }: Scenario) {
  const { engine, testToken } = usePage()
  const [result, setResult] = useState<ProbedReport | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isCovered = testToken.covers({ url, key })
  useEffect(() => {
    let isShown = true
    if (isCovered)
      void testToken
        .keyFor({ url, key: '' })
        .then((testKey) => engine.probe(url, testKey))
        .then((probed) => isShown && probed.ok && setResult(probed))
    return () => void (isShown = false)
  }, [isCovered, url, testToken, engine])
  const probe = async (): Promise<void> => {
    setBusy(true)
    const probed = await engine.probe(url, await testToken.keyFor({ url, key }))
    setBusy(false)
    setResult(probed)
  }
  return { result, isBusy, isCovered, probe }
}

export function TargetFields({ form }: { readonly form: ScenarioForm }) {
  const { scenario, set, errorOf } = form
  const { result: probeResult, isBusy, isCovered, probe } = useProbe(scenario)
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
        placeholder={isCovered ? 'a test token of your session' : 'none'}
        value={scenario.key}
        error={errorOf('key')}
        hint={
          isCovered
            ? 'Empty uses a token that the balancer makes for your session, and removes with it.'
            : "Kept in this tab's memory alone: never saved, never exported."
        }
        onChange={(event) => set({ key: event.target.value })}
      />
      <ModelField form={form} result={probeResult} />
      <div className={styles.probe}>
        <Button busy={isBusy} onClick={() => void probe()}>
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

function ModelField({ form: { scenario, set, errorOf }, result: probeResult }: ModelFieldProps) {
  const models = useId()
  return (
    <>
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
    </>
  )
}

interface ModelFieldProps {
  readonly form: ScenarioForm
  readonly result: ProbedReport | null
}

function probeText({ ok, status, latencyMs, models, error }: ProbedReport): string {
  const statusText = status === null ? 'no answer' : `status ${status} in ${formatMs(latencyMs)}`
  return ok ? `Answers: ${statusText}, ${plural(models.length, 'model')}` : `${statusText}: ${error}`
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
