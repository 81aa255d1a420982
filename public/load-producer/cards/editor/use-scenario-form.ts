/** The draft of a scenario: its fields, whether they changed, and what is wrong with them. */
import { useState } from 'react'
import type { Arrival } from '../../model/arrival.ts'
import type { Checked } from '../../model/field-schemas.ts'
import { checkScenario, type Objectives, type Scenario } from '../../model/scenario.ts'
import { partOf, type EditorPart } from './editor-parts.ts'

export interface ScenarioForm {
  /** As typed; may be wrong. */
  readonly scenario: Scenario
  readonly isChanged: boolean
  set(fields: Partial<Scenario>): void
  setArrival(fields: Partial<Arrival>): void
  setObjectives(fields: Partial<Objectives>): void
  /** Of a field that was touched, or of any once a save was tried. */
  errorOf(path: string): string | undefined
  faultsOf(part: EditorPart): number
  /** Shows every fault from then on. */
  check(): Checked<Scenario>
}

export function useScenarioForm(initial: Scenario, showAll: boolean): ScenarioForm {
  const [scenario, setScenario] = useState(initial)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [isSubmitted, setSubmitted] = useState(showAll)
  const checked = checkScenario(scenario)
  const faults = checked.ok ? [] : checked.faults
  const shown = faults.filter(({ path }) => isSubmitted || touched.has(path.split('.')[0] ?? ''))
  const set = (fields: Partial<Scenario>): void => {
    setScenario((before) => ({ ...before, ...fields }))
    setTouched((before) => new Set([...before, ...Object.keys(fields)]))
  }
  return {
    scenario,
    isChanged: JSON.stringify(scenario) !== JSON.stringify(initial),
    set,
    setArrival: (fields) => set({ arrival: { ...scenario.arrival, ...fields } as Arrival }),
    setObjectives: (fields) => set({ slo: { ...scenario.slo, ...fields } }),
    errorOf: (path) => shown.find((fault) => fault.path === path)?.message,
    faultsOf: (part) => shown.filter(({ path }) => partOf(path) === part).length,
    check() {
      setSubmitted(true)
      return checked
    },
  }
}
