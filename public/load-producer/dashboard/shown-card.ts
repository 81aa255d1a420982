/** A card whose figures are on the dashboard. */
import type { Scenario } from '../engine/scenario.ts'
import type { LiveCard } from '../state/live-store.ts'

export interface ShownCard extends LiveCard {
  readonly id: string
  readonly scenario: Scenario
}

/** Colours that tell cards, endpoints and runs apart, in order; a name always stands beside them. */
const hues = ['--accent', '--info', '--ok', '--warn', '--bad', '--muted'] as const
export const hueOf = (index: number): string => hues[index % hues.length] ?? '--accent'
