/** A card whose figures the dashboard shows, and the colours of series. */
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import type { LiveCard } from '../state/live-store.ts'

export interface ShownCard extends LiveCard {
  readonly id: string
  readonly scenario: Scenario
}

/** Colours of cards, endpoints and runs in charts, in order. The legend always shows the name too. */
const seriesColors = ['--accent', '--info', '--ok', '--warn', '--bad', '--muted'] as const
export const seriesColor = (index: number): string => seriesColors[index % seriesColors.length] ?? '--accent'
