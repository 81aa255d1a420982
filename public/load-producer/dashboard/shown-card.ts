/** A card whose figures are on the dashboard. */
import type { Scenario } from '../model/scenario.ts'
import type { LiveCard } from '../state/live-store.ts'

export interface ShownCard extends LiveCard {
  readonly id: string
  readonly scenario: Scenario
}

/** Colours that tell cards, endpoints and runs apart, in order; a name always stands beside them. */
const seriesColors = ['--accent', '--info', '--ok', '--warn', '--bad', '--muted'] as const
export const seriesColor = (index: number): string => seriesColors[index % seriesColors.length] ?? '--accent'
