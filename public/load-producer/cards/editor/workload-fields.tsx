/** The fields that say where the prompts come from: lengths, shared prefixes, a dataset file, conversations. */
import { randomId } from '../../../ui/browser/random-id.ts'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { formatCount } from '../../../../src/load-engine/report/format-figure.ts'
import {
  defaultLengths,
  defaultWorkloads,
  type Lengths,
  type LengthsKind,
  type Workload,
} from '../../../../src/load-engine/model/workload.ts'
import { usePage } from '../../state/page.tsx'
import styles from './editor.module.css'
import { FileField } from './file-field.tsx'
import { RequiredNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

const kinds: readonly { readonly value: Workload['kind']; readonly label: string }[] = [
  { value: 'text', label: 'the text below' },
  { value: 'generated', label: 'generated, with lengths by a distribution' },
  { value: 'dataset', label: 'from a dataset file' },
]

const lengthKinds: readonly { readonly value: LengthsKind; readonly label: string }[] = [
  { value: 'constant', label: 'constant' },
  { value: 'uniform', label: 'uniform' },
  { value: 'normal', label: 'normal' },
  { value: 'zipf', label: 'Zipf: mostly short' },
]

type Conversational = Exclude<Workload, { kind: 'text' }>
type Set = (fields: object) => void

export function WorkloadFields({ form }: { readonly form: ScenarioForm }) {
  const { workload } = form.scenario
  const set: Set = (fields) => form.set({ workload: { ...workload, ...fields } })
  return (
    <>
      <SelectField
        label="Prompts are"
        value={workload.kind}
        options={kinds}
        onValueChange={(kind) => form.set({ workload: defaultWorkloads[kind] })}
      />
      {workload.kind === 'generated' && <GeneratedFields form={form} workload={workload} set={set} />}
      {workload.kind === 'dataset' && <DatasetField form={form} name={workload.datasetName} set={set} />}
      {workload.kind !== 'text' && <ConversationFields form={form} workload={workload} set={set} />}
    </>
  )
}

interface Part<Kind extends Conversational> {
  readonly form: ScenarioForm
  readonly workload: Kind
  readonly set: Set
}

function GeneratedFields({ form, workload, set }: Part<Extract<Workload, { kind: 'generated' }>>) {
  return (
    <>
      <LengthFields
        what="Input"
        path="workload.input"
        {...{ form }}
        lengths={workload.input}
        onLengths={(input) => set({ input })}
      />
      <LengthFields
        what="Output"
        path="workload.output"
        {...{ form }}
        lengths={workload.output}
        onLengths={(output) => set({ output })}
      />
      <div className={styles.pair}>
        <RequiredNumber
          label="Shared prefix"
          suffix="%"
          value={workload.sharedPercent}
          error={form.errorOf('workload.sharedPercent')}
          hint="Of each first prompt: what a prefix cache can serve."
          onValue={(sharedPercent) => set({ sharedPercent })}
        />
        <RequiredNumber
          label="Different prefixes"
          value={workload.prefixes}
          error={form.errorOf('workload.prefixes')}
          onValue={(prefixes) => set({ prefixes })}
        />
      </div>
    </>
  )
}

interface LengthProps {
  readonly form: ScenarioForm
  readonly what: string
  readonly path: string
  readonly lengths: Lengths
  readonly onLengths: (lengths: Lengths) => void
}

const lengthFields: Readonly<Record<string, string>> = {
  tokens: 'tokens',
  min: 'shortest',
  max: 'longest',
  mean: 'mean',
  deviation: 'deviation',
  exponent: 'exponent',
}

function LengthFields({ form, what, path, lengths, onLengths }: LengthProps) {
  const values = Object.entries(lengths).filter((entry): entry is [string, number] => entry[0] !== 'kind')
  return (
    <div className={styles.pair}>
      <SelectField
        label={`${what} lengths are`}
        value={lengths.kind}
        options={lengthKinds}
        onValueChange={(kind) => onLengths(defaultLengths[kind])}
      />
      {values.map(([field, value]) => (
        <RequiredNumber
          key={field}
          label={`${what}: ${lengthFields[field] ?? field}`}
          {...(field === 'exponent' ? { step: 0.1 } : { suffix: 'tokens' })}
          value={value}
          error={form.errorOf(`${path}.${field}`)}
          onValue={(next) => onLengths({ ...lengths, [field]: next })}
        />
      ))}
    </div>
  )
}

function ConversationFields({ form, workload, set }: Part<Conversational>) {
  return (
    <div className={styles.pair}>
      <RequiredNumber
        label="Turns"
        value={workload.turns}
        error={form.errorOf('workload.turns')}
        hint="Of a conversation; each request carries the turns before it."
        onValue={(turns) => set({ turns })}
      />
      <RequiredNumber
        label="Conversations at once"
        value={workload.sessions}
        error={form.errorOf('workload.sessions')}
        hint="In turn: the next turn of one comes after so many requests."
        onValue={(sessions) => set({ sessions })}
      />
    </div>
  )
}

interface DatasetProps {
  readonly form: ScenarioForm
  readonly name: string
  readonly set: Set
}

function DatasetField({ form, name, set }: DatasetProps) {
  const { engine } = usePage()
  return (
    <FileField
      kind="Dataset"
      accept=".jsonl,.json,.txt"
      name={name}
      hint="JSON lines with prompt, messages or conversations, or a ShareGPT list."
      error={form.errorOf('workload.datasetId')}
      read={async (file) => {
        const { datasetId, result } = await engine.loadDataset(randomId(), file)
        if (!result.ok) return { ok: false, text: result.error }
        set({ datasetId, datasetName: file.name.slice(0, 200) })
        const { conversations, turns } = result
        return {
          ok: true,
          text: `${formatCount(conversations)} conversations with ${formatCount(turns)} prompts`,
        }
      }}
    />
  )
}
