/** The Load part of the editor: number of requests and their arrival pattern. */
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { defaultArrivals, type ArrivalKind } from '../../../../src/load-engine/model/arrival.ts'
import { ArrivalFields } from './arrival-fields.tsx'
import styles from './editor.module.css'
import { RequiredNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

const kinds: readonly { readonly value: ArrivalKind; readonly label: string }[] = [
  { value: 'closed', label: 'Closed loop: as many in flight as may be' },
  { value: 'constant', label: 'Constant rate' },
  { value: 'poisson', label: 'Poisson: independent users' },
  { value: 'ramp', label: 'Ramp: from one rate to another' },
  { value: 'sweep', label: 'Sweep: one level after another' },
  { value: 'knee', label: 'Knee: finds the highest rate within the limits' },
  { value: 'replay', label: 'Replay of a trace file' },
]

export function LoadFields({ form }: { readonly form: ScenarioForm }) {
  const { scenario, set, errorOf } = form
  return (
    <div className={styles.fields}>
      <div className={styles.pair}>
        <RequiredNumber
          label="Requests"
          value={scenario.requests}
          error={errorOf('requests')}
          step={100}
          hint="0 is endless: until stopped, or until the sweep or trace ends."
          onValue={(requests) => set({ requests })}
        />
        <RequiredNumber
          label="Max parallel"
          value={scenario.maxParallel}
          error={errorOf('maxParallel')}
          hint="An arrival that finds all taken waits; its waiting counts as latency."
          onValue={(maxParallel) => set({ maxParallel })}
        />
      </div>
      <SelectField
        label="Arrival"
        value={scenario.arrival.kind}
        options={kinds}
        onValueChange={(kind) => set({ arrival: defaultArrivals[kind] })}
      />
      <ArrivalFields form={form} />
    </div>
  )
}
