/** The form state of the editor: the edited scenario, whether it changed, and its faults. */
import { useState } from 'react'
import type { Arrival } from '../../../../src/load-engine/model/arrival.ts'
import type { Checked } from '../../../../src/load-engine/model/field-schemas.ts'
import { checkScenario, type Objectives, type Scenario } from '../../../../src/load-engine/model/scenario.ts'
import { partOf, type EditorPart } from './editor-parts.ts'

export interface ScenarioForm {
  /** The values as entered; may be invalid. */
  readonly scenario: Scenario
  readonly isChanged: boolean
  set(fields: Partial<Scenario>): void
  setArrival(fields: Partial<Arrival>): void
  setObjectives(fields: Partial<Objectives>): void
  /** @returns the error of a field that was edited, or of any field after the first attempt to save. */
  errorOf(path: string): string | undefined
  /** @returns how many visible errors a part has. */
  faultsOf(part: EditorPart): number
  /** Validates the scenario and makes all errors visible. */
  check(): Checked<Scenario>
}

/** @param showAll - whether errors of unedited fields are visible from the start. */
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
