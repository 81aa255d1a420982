/** The fields of the selected arrival pattern. */
import { SelectField } from '../../../ui/fields/select-field.tsx'
import styles from './editor.module.css'
import { RequiredNumber } from './number-inputs.tsx'
import { TraceFields } from './trace-fields.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

export function ArrivalFields({ form }: { readonly form: ScenarioForm }) {
  const { arrival } = form.scenario
  switch (arrival.kind) {
    case 'closed':
      return null
    case 'constant':
    case 'poisson':
      return (
        <RequiredNumber
          label="Rate"
          suffix="/s"
          value={arrival.ratePerS}
          error={form.errorOf('arrival.ratePerS')}
          onValue={(ratePerS) => form.setArrival({ ratePerS })}
        />
      )
    case 'ramp':
      return <RampFields form={form} {...arrival} />
    case 'sweep':
      return <SweepFields form={form} {...arrival} />
    case 'knee':
      return <KneeFields form={form} {...arrival} />
    case 'replay':
      return <TraceFields form={form} arrival={arrival} />
  }
}

interface RampProps {
  readonly form: ScenarioForm
  readonly fromPerS: number
  readonly toPerS: number
  readonly overS: number
}

function RampFields({ form: { errorOf, setArrival }, fromPerS, toPerS, overS }: RampProps) {
  return (
    <div className={styles.pair}>
      <RequiredNumber
        label="From"
        suffix="/s"
        value={fromPerS}
        error={errorOf('arrival.fromPerS')}
        onValue={(value) => setArrival({ fromPerS: value })}
      />
      <RequiredNumber
        label="To"
        suffix="/s"
        value={toPerS}
        error={errorOf('arrival.toPerS')}
        onValue={(value) => setArrival({ toPerS: value })}
      />
      <RequiredNumber
        label="Over"
        suffix="s"
        value={overS}
        error={errorOf('arrival.overS')}
        hint="Then the rate stays."
        onValue={(value) => setArrival({ overS: value })}
      />
    </div>
  )
}

interface KneeProps {
  readonly form: ScenarioForm
  readonly fromPerS: number
  readonly toPerS: number
  readonly stepS: number
  readonly precisionPercent: number
}

function KneeFields({ form: { errorOf, setArrival }, ...knee }: KneeProps) {
  return (
    <div className={styles.pair}>
      <RequiredNumber
        label="From"
        suffix="/s"
        value={knee.fromPerS}
        error={errorOf('arrival.fromPerS')}
        onValue={(fromPerS) => setArrival({ fromPerS })}
      />
      <RequiredNumber
        label="To"
        suffix="/s"
        value={knee.toPerS}
        error={errorOf('arrival.toPerS')}
        onValue={(toPerS) => setArrival({ toPerS })}
      />
      <RequiredNumber
        label="Each"
        suffix="s"
        value={knee.stepS}
        error={errorOf('arrival.stepS')}
        hint="Up to three times as long where the outcome is unsure."
        onValue={(stepS) => setArrival({ stepS })}
      />
      <RequiredNumber
        label="Precision"
        suffix="%"
        value={knee.precisionPercent}
        error={errorOf('arrival.precisionPercent')}
        onValue={(precisionPercent) => setArrival({ precisionPercent })}
      />
    </div>
  )
}

interface SweepProps {
  readonly form: ScenarioForm
  readonly over: 'rate' | 'parallel'
  readonly from: number
  readonly to: number
  readonly steps: number
  readonly stepS: number
  readonly spacing: 'linear' | 'geometric'
}

function SweepFields({ form: { errorOf, setArrival }, ...sweep }: SweepProps) {
  const unit = sweep.over === 'rate' ? '/s' : 'parallel'
  return (
    <div className={styles.pair}>
      <SelectField
        label="Of"
        value={sweep.over}
        options={[
          { value: 'rate', label: 'the arrival rate' },
          { value: 'parallel', label: 'requests in parallel' },
        ]}
        onValueChange={(over) => setArrival({ over })}
      />
      <SelectField
        label="Steps are"
        value={sweep.spacing}
        options={[
          { value: 'geometric', label: 'of equal ratio' },
          { value: 'linear', label: 'of equal difference' },
        ]}
        onValueChange={(spacing) => setArrival({ spacing })}
      />
      <RequiredNumber
        label="From"
        suffix={unit}
        value={sweep.from}
        error={errorOf('arrival.from')}
        onValue={(from) => setArrival({ from })}
      />
      <RequiredNumber
        label="To"
        suffix={unit}
        value={sweep.to}
        error={errorOf('arrival.to')}
        onValue={(to) => setArrival({ to })}
      />
      <RequiredNumber
        label="Steps"
        value={sweep.steps}
        error={errorOf('arrival.steps')}
        onValue={(steps) => setArrival({ steps })}
      />
      <RequiredNumber
        label="Each"
        suffix="s"
        value={sweep.stepS}
        error={errorOf('arrival.stepS')}
        onValue={(stepS) => setArrival({ stepS })}
      />
    </div>
  )
}
