/** The Limits & SLO part of the editor: timeout, latency limits and goal. */
import styles from './editor.module.css'
import { OptionalNumber, RequiredNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

export function LimitsFields({ form }: { readonly form: ScenarioForm }) {
  const {
    scenario: { timeoutS, slo },
    set,
    setObjectives,
    errorOf,
  } = form
  return (
    <div className={styles.fields}>
      <RequiredNumber
        label="Timeout"
        suffix="s"
        value={timeoutS}
        error={errorOf('timeoutS')}
        hint="Of one request; also the longest that an arrival waits for its turn."
        onValue={(value) => set({ timeoutS: value })}
      />
      <p className={styles.hint}>A request is good when it succeeds within every limit below.</p>
      <div className={styles.pair}>
        <OptionalNumber
          label="First token within"
          suffix="ms"
          placeholder="no limit"
          value={slo.ttftMs}
          error={errorOf('slo.ttftMs')}
          step={10}
          onValue={(ttftMs) => setObjectives({ ttftMs })}
        />
        <OptionalNumber
          label="Time per output token within"
          suffix="ms"
          placeholder="no limit"
          value={slo.tpotMs}
          error={errorOf('slo.tpotMs')}
          onValue={(tpotMs) => setObjectives({ tpotMs })}
        />
        <OptionalNumber
          label="End to end within"
          suffix="ms"
          placeholder="no limit"
          value={slo.e2eMs}
          error={errorOf('slo.e2eMs')}
          step={100}
          onValue={(e2eMs) => setObjectives({ e2eMs })}
        />
        <RequiredNumber
          label="Goal"
          suffix="%"
          value={slo.goalPercent}
          error={errorOf('slo.goalPercent')}
          hint="The card passes when so many of its requests are good."
          onValue={(goalPercent) => setObjectives({ goalPercent })}
        />
      </div>
    </div>
  )
}
